/**
 * What a person does on this page alone: dialogs, the form of a task or member, copying.
 *
 * @import {Details, Dialog, Room, PageState} from "../state.js"
 * @import {Store} from "../store.js"
 * @import {Actions, Screen} from "../types.js"
 * @import {createActions} from "../actions.js"
 */

import { createStore } from "../store.js";
import { copyFrom } from "./copy.js";

/** @type {Details} */
const NO_DETAILS = { description: "", descriptionHtml: "", note: "" };

/**
 * @param {object} parts
 * @param {Store<PageState>} parts.store
 * @param {ReturnType<typeof createActions>} parts.roomActions
 * @param {(sentence: string) => void} parts.say to screen readers
 */
export function createScreen({ store, roomActions, say }) {
  const screen = createStore(
    /** @type {Screen} */ ({ editing: null, details: NO_DETAILS, copying: "" }),
  );
  /** The dialog that a question lies over. @type {Dialog | null} */
  let behind = null;

  /** @param {Partial<Screen>} changes */
  function show(changes) {
    screen.set({ ...screen.get(), ...changes });
  }

  /** @param {Partial<PageState["ui"]>} changes */
  function showUi(changes) {
    const { room, ui } = store.get();
    store.set({ room, ui: { ...ui, ...changes } });
  }

  /** @type {Actions} */
  const actions = {
    ...roomActions,

    open(name, subject = null) {
      behind = store.get().ui.dialog;
      roomActions.open(name, subject);
    },

    close() {
      const { dialog } = store.get().ui;
      if (!dialog) return;
      const { editing } = screen.get();
      show({ copying: "", editing: dialog.name === "people" ? null : editing });
      if (behind) roomActions.open(behind.name, behind.subject);
      else roomActions.close();
      behind = null;
    },

    async edit(id) {
      const { room, ui } = store.get();
      const isTask = room.tasks.some((task) => task.taskId === id);
      const known = isTask && id !== null ? detailsIn(room, id) : NO_DETAILS;
      show({ editing: id, details: known ?? "loading" });
      // On a phone the form is in the queue's tab.
      const tab = isTask && ui.tab === "table" ? "queue" : ui.tab;
      showUi({ invalid: null, tab });
      if (known || id === null) return;
      const task = await roomActions.readTask(id);
      const { editing, details } = screen.get();
      if (editing === id && details === "loading") {
        show({ details: task ?? "unavailable" });
      }
    },

    async copyLink(event) {
      const button = /** @type {HTMLElement} */ (event.currentTarget);
      const field = button.parentElement?.querySelector("input");
      const isCopied = field ? await copyFrom(field) : false;
      show({ copying: isCopied ? "copied" : "failed" });
      say(isCopied ? "Link copied." : "The link could not be copied. It is selected.");
    },

    dismissNotice: () => showUi({ notice: null }),
  };

  return { screen, actions };
}

/**
 * @param {Room} room
 * @param {string} taskId
 * @returns {Details | null} null if they have to be read from the server
 */
function detailsIn(room, taskId) {
  const task = room.tasks.find((each) => each.taskId === taskId);
  if (!task?.hasDescription) return NO_DETAILS;
  return taskId === room.currentTaskId ? room.current : null;
}
