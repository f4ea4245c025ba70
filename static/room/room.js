/**
 * Entry point of the room's page: reads the data embedded by the server and wires the
 * modules together.
 */

import { createRealtimeClient } from "../realtime/client.js";
import { render } from "../vendor/lit-html/lit-html.js";
import { createActions } from "./actions.js";
import { createApi } from "./api.js";
import { listenToKeys } from "./keys.js";
import { currentTask, initialUi } from "./state.js";
import { createStore } from "./store.js";
import { createSync } from "./sync.js";
import { announcement } from "./view/announcement.js";
import { page } from "./view/page.js";
import { createVotes } from "./votes.js";

/**
 * @import {PageState} from "./state.js"
 * @import {Actions, Screen, ViewProps} from "./types.js"
 */

/** Changes within this time share one announcement. */
const ANNOUNCEMENT_DELAY_MS = 500;
const NOTICE_DURATION_MS = 10_000;

const config = readJson("room");
const links = {
  invite: config.inviteUrl,
  qr: `/s/${config.sessionId}/invite.svg`,
  report: config.reportUrl,
};
const store = createStore(
  /** @type {PageState} */ ({ room: config.state, ui: initialUi() }),
);
const screen = createStore(
  /** @type {Screen} */ ({ editing: null, confirming: null, isCopied: false }),
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
      config: readJson("realtime-config"),
      sessionId: config.sessionId,
      callbacks,
    }),
});
const roomActions = createActions({ api, store, sync, votes });
/** @type {Actions} */
const actions = {
  ...roomActions,
  close() {
    screen.set({ editing: null, confirming: null, isCopied: false });
    roomActions.close();
  },
  edit(id) {
    screen.set({ ...screen.get(), editing: id, confirming: null });
    // On a phone the form is in the queue's tab.
    const { room, ui } = store.get();
    if (room.tasks.some((task) => task.taskId === id) && ui.tab === "table") {
      roomActions.showTab("queue");
    }
  },
  confirm: (what) => screen.set({ ...screen.get(), confirming: what }),
  copyLink,
  dismissNotice() {
    const { room, ui } = store.get();
    store.set({ room, ui: { ...ui, notice: null } });
  },
};

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
const liveRegion = /** @type {HTMLElement} */ (document.getElementById("live-region"));
/** The props drawn last, and the state announced last. */
let props = viewProps();
let announced = store.get();
let isDrawScheduled = false;
let isAnnouncing = false;

store.subscribe(scheduleDraw);
store.subscribe(announce);
screen.subscribe(scheduleDraw);
listenToKeys({ current: store.get, actions });
draw();
sync.start();

/** @param {string} id of a json_script element */
function readJson(id) {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null");
}

/** @returns {ViewProps} */
function viewProps() {
  return { ...store.get(), screen: screen.get(), links, decks: config.decks };
}

/** Changes in the same frame are drawn once. */
function scheduleDraw() {
  if (isDrawScheduled) return;
  isDrawScheduled = true;
  requestAnimationFrame(draw);
}

function draw() {
  isDrawScheduled = false;
  const before = props;
  props = viewProps();
  const focused = document.activeElement;
  render(page(props, actions), root);
  // Moving a row in the DOM takes its focus away.
  if (focused instanceof HTMLElement && focused !== document.activeElement) {
    focused.focus();
  }
  document.title = props.room.session.name;
  if (props.ui.departed) return;
  showDialog();
  showNotice(before);
  moveFocusAndScroll(before);
}

function showDialog() {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("dialog"));
  const isWanted = props.ui.dialog !== null;
  if (isWanted && !dialog.open) dialog.showModal();
  if (!isWanted && dialog.open) dialog.close();
}

/** @param {ViewProps} before */
function showNotice(before) {
  const { notice } = props.ui;
  if (notice === before.ui.notice) return;
  const element = /** @type {HTMLElement} */ (document.getElementById("notice"));
  // Hiding and showing it puts it above a dialog that was opened meanwhile.
  element.hidePopover();
  if (!notice) return;
  element.showPopover();
  setTimeout(() => {
    if (store.get().ui.notice === notice) actions.dismissNotice();
  }, NOTICE_DURATION_MS);
}

/** @param {ViewProps} before */
function moveFocusAndScroll(before) {
  const { editing } = props.screen;
  if (editing && editing !== before.screen.editing) {
    /** @type {HTMLElement | null} */ (
      root.querySelector(".edited input, .changes input")
    )?.focus();
  }
  const left = before.screen.editing;
  if (left && !editing) document.getElementById(`task-${left}`)?.focus();
  const task = currentTask(props.room);
  if (task && task.taskId !== currentTask(before.room)?.taskId) {
    root
      .querySelector(".queue [aria-current=true]")
      ?.scrollIntoView({ block: "nearest" });
  }
  if (props.ui.tab !== before.ui.tab) window.scrollTo(0, 0);
}

function announce() {
  if (isAnnouncing) return;
  isAnnouncing = true;
  setTimeout(() => {
    isAnnouncing = false;
    const sentence = announcement(announced, store.get());
    announced = store.get();
    if (sentence) liveRegion.textContent = sentence;
  }, ANNOUNCEMENT_DELAY_MS);
}

/**
 * Copies the invitation's link.
 *
 * @param {Event} event
 */
async function copyLink(event) {
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  try {
    await navigator.clipboard.writeText(links.invite);
  } catch {
    // Over plain HTTP there is no clipboard API; the old command copies the selection.
    button.parentElement?.querySelector("input")?.select();
    document.execCommand("copy");
  }
  screen.set({ ...screen.get(), isCopied: true });
  liveRegion.textContent = "Link copied.";
}
