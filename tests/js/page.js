/**
 * The room's page without a DOM: its real modules with a fake browser and network.
 *
 * @import {Callbacks} from "../../static/realtime/client.js"
 * @import {PageState} from "../../static/room/state.js"
 */

import { createActions } from "../../static/room/actions.js";
import { createApi } from "../../static/room/api.js";
import { initialUi } from "../../static/room/state.js";
import { createStore } from "../../static/room/store.js";
import { createSync } from "../../static/room/sync.js";
import { createVotes } from "../../static/room/votes.js";
import { createClock } from "./clock.js";
import { CONFIG, createServer } from "./server.js";

/**
 * @typedef {object} Options
 * @property {boolean} [isHidden]
 * @property {ReturnType<typeof createStorage>} [storage]
 * @property {string} [tab]
 */

/**
 * @param {() => number} [random]
 * @param {Options} [options]
 */
export function openPage(server = createServer(), random = () => 0, options = {}) {
  const { isHidden = false, storage = createStorage(), tab = "tab" } = options;
  const clock = createClock(random);
  const browser = createBrowser();
  browser.document.hidden = isHidden;
  const store = createStore(
    /** @type {PageState} */ ({ room: server.room, ui: initialUi() }),
  );
  const api = createApi({
    config: CONFIG,
    fetch: server.fetch,
    cookies: () => "theme=dark; csrf-of-this-instance=token",
    clock,
  });
  const votes = createVotes({ store, api, tab, storage });
  const client = {
    kicks: 0,
    isClosed: false,
    kick() {
      client.kicks += 1;
    },
    disconnect() {
      client.isClosed = true;
    },
  };
  const realtime = /** @type {Callbacks} */ ({});
  const sync = createSync({
    store,
    api,
    votes,
    etag: server.etag(),
    contract: CONFIG.contract,
    connect(callbacks) {
      Object.assign(realtime, callbacks);
      return client;
    },
    page: browser,
    clock,
  });
  sync.start();

  return {
    actions: createActions({ api, store, sync, votes }),
    browser,
    client,
    clock,
    server,
    sync,
    api,
    storage,
    subscribe: store.subscribe,
    room: () => store.get().room,
    ui: () => store.get().ui,
    /** The callbacks that a driver calls. */
    realtime,
  };
}

/**
 * A page with a live connection whose first requests have been answered.
 *
 * @param {() => number} [random]
 */
export async function openLivePage(server = createServer(), random = () => 0) {
  const page = openPage(server, random);
  server.publish = (event) => page.realtime.onEvent(event);
  page.realtime.onSubscribed();
  await page.clock.pass(1000);
  server.requests.length = 0;
  return page;
}

export function createStorage() {
  /** @type {Map<string, string>} */
  const items = new Map();
  return {
    items,
    getItem: (/** @type {string} */ key) => items.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) =>
      void items.set(key, value),
    removeItem: (/** @type {string} */ key) => void items.delete(key),
  };
}

function createBrowser() {
  const document = Object.assign(new EventTarget(), { hidden: false });
  return Object.assign(new EventTarget(), { document, navigator: { onLine: true } });
}
