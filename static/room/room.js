/**
 * Entry point of the room's page: reads the data embedded by the server and wires the
 * modules together.
 */

import { createRealtimeClient } from "../realtime/client.js";
import { render } from "../vendor/lit-html/lit-html.js";
import { createActions } from "./actions.js";
import { createApi } from "./api.js";
import { listenToKeys } from "./keys.js";
import { initialUi } from "./state.js";
import { createStore } from "./store.js";
import { createSync } from "./sync.js";
import { announcement } from "./view/announcement.js";
import { followChange, keepFocus, placeOfFocus } from "./view/focus.js";
import { showDialog, showNotice } from "./view/overlays.js";
import { page } from "./view/page.js";
import { createScreen } from "./view/screen.js";
import { createVotes } from "./votes.js";

/**
 * @import {PageState} from "./state.js"
 * @import {Config, ViewProps} from "./types.js"
 */

/** Changes within this time share one announcement. */
const ANNOUNCEMENT_DELAY_MS = 500;

/** @type {Config} */
const config = readJson("room");
const store = createStore(
  /** @type {PageState} */ ({ room: config.state, ui: initialUi() }),
);
const api = createApi({ config });
const votes = createVotes({ store, api });
const sync = createSync({
  store,
  api,
  votes,
  etag: config.etag,
  contract: config.contract,
  connect: (callbacks) =>
    createRealtimeClient({
      config: { ...readJson("realtime-config"), csrfCookie: config.csrfCookie },
      channel: config.state.channel,
      callbacks,
    }),
});
const liveRegion = /** @type {HTMLElement} */ (document.getElementById("live-region"));
const { screen, actions } = createScreen({
  store,
  roomActions: createActions({ api, store, sync, votes }),
  say,
});

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
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
  const links = { ...config.urls, invite: config.inviteUrl };
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
  const place = placeOfFocus(root);
  render(page(props, actions), root);
  keepFocus(root, place);
  document.title = props.room.session.name;
  if (props.ui.departed) return;
  showOverlays(before);
  followChange(root, before, props);
  scroll(before);
}

/** @param {ViewProps} before */
function showOverlays(before) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("dialog"));
  showDialog(dialog, props, actions);
  const { notice } = props.ui;
  if (notice === before.ui.notice) return;
  const element = /** @type {HTMLElement} */ (document.getElementById("notice"));
  showNotice(element, notice, (shown) => {
    if (store.get().ui.notice === shown) actions.dismissNotice();
  });
}

/** @param {ViewProps} before */
function scroll(before) {
  if (props.room.currentTaskId !== before.room.currentTaskId) {
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
    if (sentence) say(sentence);
  }, ANNOUNCEMENT_DELAY_MS);
}

/** @param {string} sentence */
function say(sentence) {
  liveRegion.textContent = sentence;
}
