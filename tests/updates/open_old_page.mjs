/**
 * A page of before contract 2 is still open, with the scripts of then
 * (contract_1_scripts/), and its server was updated meanwhile.
 *
 * On stdin: `{address, cookie, token, room, events, happyDom}`. `room`: the state that it
 * was opened with; `events`: what it is told before it asks. On stdout: what became of its
 * vote, and what it then shows.
 */

import { readFileSync } from "node:fs";

const told = JSON.parse(readFileSync(0, "utf8"));
const { Window } = await import(told.happyDom);
const window = new Window({ url: told.address });
for (const name of ["document", "HTMLElement", "Element", "Event", "navigator"]) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
}
const { render } = await import("./vendor/lit-html/lit-html.js");
const { createApi } = await import("./room/api.js");
const { initialUi } = await import("./room/state.js");
const { createStore } = await import("./room/store.js");
const { createSync } = await import("./room/sync.js");
const { page } = await import("./room/view/page.js");
const { createVotes } = await import("./room/votes.js");

const sessionId = told.room.session.id;
const store = createStore({ room: told.room, ui: initialUi() });
const api = createApi({
  sessionId,
  cookies: () => `csrftoken=${told.token}`,
  fetch: (path, { headers, ...options }) =>
    fetch(told.address + path, {
      ...options,
      headers: { ...headers, Cookie: told.cookie },
    }),
});
const votes = createVotes({ store, api });
let callbacks;
const sync = createSync({
  store,
  api,
  votes,
  etag: 'W/"of before"',
  page: Object.assign(window, { document: window.document }),
  connect(given) {
    callbacks = given;
    return { kick() {}, disconnect() {} };
  },
});

await votes.vote("5");
const { status } = store.get().ui.vote;
sync.start();
for (const { type, data } of told.events) {
  // A browser would note it in its console, and go on.
  try {
    callbacks.onEvent(type, data);
  } catch {}
}
const isOver = new Promise((resolve) => {
  store.subscribe(() => store.get().ui.gone && resolve());
});
callbacks.onSubscribed();
await isOver;

const shown = { ...store.get(), screen: {}, links: {}, decks: [] };
render(page(shown, {}), window.document.body);
const links = [...window.document.querySelectorAll("main a")].map((link) =>
  link.getAttribute("href"),
);
const text = window.document.querySelector("main").textContent;
console.log(JSON.stringify({ status, gone: store.get().ui.gone, links, text }));
process.exit(0);
