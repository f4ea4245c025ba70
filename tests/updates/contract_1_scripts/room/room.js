/** The room's page: reads what the server put into it, and brings its parts together. */

import { createRealtimeClient } from "../realtime/client.js";
import { render } from "../vendor/lit-html/lit-html.js";
import { createActions } from "./actions.js";
import { createApi } from "./api.js";
import { listenToKeys } from "./keys.js";
import { initialUi, taskInHand } from "./state.js";
import { createStore } from "./store.js";
import { createSync } from "./sync.js";
import { announcement } from "./view/announcement.js";
import { page } from "./view/page.js";
import { createVotes } from "./votes.js";

/**
 * @import {Value} from "./state.js"
 * @import {Actions, Screen, Shown} from "./view/shown.js"
 */

/** What happens within this time is said in one go. */
const BREATH_MS = 500;
const NOTICE_MS = 10_000;

const config = embedded("room");
const links = {
  invite: config.inviteUrl,
  qr: `/s/${config.sessionId}/invite.svg`,
  report: config.reportUrl,
};
const store = createStore(
  /** @type {Value} */ ({ room: config.state, ui: initialUi() }),
);
const screen = createStore(
  /** @type {Screen} */ ({ editing: null, asking: null, isCopied: false }),
);
const api = createApi({ sessionId: config.sessionId });
const votes = createVotes({ store, api });
const sync = createSync({
  store,
  api,
  votes,
  etag: config.stateEtag,
  connect: (callbacks) =>
    createRealtimeClient({
      config: embedded("realtime-config"),
      sessionId: config.sessionId,
      callbacks,
    }),
});
const known = createActions({ api, store, sync, votes });
/** @type {Actions} */
const actions = {
  ...known,
  close() {
    screen.set({ editing: null, asking: null, isCopied: false });
    known.close();
  },
  edit(id) {
    screen.set({ ...screen.get(), editing: id, asking: null });
    // On a phone the form is behind the queue's tab.
    const { room, ui } = store.get();
    if (room.tasks.some((task) => task.taskId === id) && ui.tab === "table") {
      known.showTab("queue");
    }
  },
  ask: (what) => screen.set({ ...screen.get(), asking: what }),
  copyLink,
  dismissNotice() {
    const { room, ui } = store.get();
    store.set({ room, ui: { ...ui, notice: null } });
  },
};

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));
/** What is on the page, and what was last said of it. */
let shown = current();
let spoken = store.get();
let isDrawing = false;
let isSpeaking = false;

store.subscribe(draw);
store.subscribe(speak);
screen.subscribe(draw);
listenToKeys({ current: store.get, actions });
show();
sync.start();

/** @param {string} id of a json_script element */
function embedded(id) {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null");
}

/** @returns {Shown} */
function current() {
  return { ...store.get(), screen: screen.get(), links, decks: config.decks };
}

/** Several changes at once are drawn once. */
function draw() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(show);
}

function show() {
  isDrawing = false;
  const before = shown;
  shown = current();
  const focused = document.activeElement;
  render(page(shown, actions), root);
  // A row that was moved has lost the focus on its way.
  if (focused instanceof HTMLElement && focused !== document.activeElement) {
    focused.focus();
  }
  document.title = shown.room.session.name;
  if (shown.ui.gone) return;
  showDialog();
  showNotice(before);
  bringIntoView(before);
}

function showDialog() {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("dialog"));
  const isWanted = shown.ui.dialog !== null;
  if (isWanted && !dialog.open) dialog.showModal();
  if (!isWanted && dialog.open) dialog.close();
}

/** @param {Shown} before */
function showNotice(before) {
  const { notice } = shown.ui;
  if (notice === before.ui.notice) return;
  const element = /** @type {HTMLElement} */ (document.getElementById("notice"));
  // Hidden and shown anew it lies over a dialog that was opened since.
  element.hidePopover();
  if (!notice) return;
  element.showPopover();
  setTimeout(() => {
    if (store.get().ui.notice === notice) actions.dismissNotice();
  }, NOTICE_MS);
}

/** @param {Shown} before */
function bringIntoView(before) {
  const { editing } = shown.screen;
  if (editing && editing !== before.screen.editing) {
    /** @type {HTMLElement | null} */ (
      root.querySelector(".edited input, .changes input")
    )?.focus();
  }
  const left = before.screen.editing;
  if (left && !editing) document.getElementById(`task-${left}`)?.focus();
  const task = taskInHand(shown.room);
  if (task && task.taskId !== taskInHand(before.room)?.taskId) {
    root
      .querySelector(".queue [aria-current=true]")
      ?.scrollIntoView({ block: "nearest" });
  }
  if (shown.ui.tab !== before.ui.tab) window.scrollTo(0, 0);
}

function speak() {
  if (isSpeaking) return;
  isSpeaking = true;
  setTimeout(() => {
    isSpeaking = false;
    const sentence = announcement(spoken, store.get());
    spoken = store.get();
    if (sentence) said.textContent = sentence;
  }, BREATH_MS);
}

/**
 * Copies the link of the field beside the button.
 *
 * @param {Event} event
 */
async function copyLink(event) {
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  try {
    await navigator.clipboard.writeText(links.invite);
  } catch {
    // Over plain HTTP there is no clipboard; the old command still works on a selection.
    button.parentElement?.querySelector("input")?.select();
    document.execCommand("copy");
  }
  screen.set({ ...screen.get(), isCopied: true });
  said.textContent = "The link is copied.";
}
