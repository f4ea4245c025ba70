/**
 * What a person can do here, by the words of the game.
 *
 * The new state comes as an event, to the one who acted too; only votes are shown before
 * that. Each action that asks the server answers whether it said yes, and never throws:
 * what went wrong is shown as a notice.
 *
 * @import {Api, Fields} from "./api.js"
 * @import {Dialog, Role, Round, Tab, Ui, Value} from "./state.js"
 * @import {Store} from "./store.js"
 * @import {Sync} from "./sync.js"
 * @import {Votes} from "./votes.js"
 *
 * @typedef {ReturnType<typeof createActions>} Actions
 */

import { NetworkFailure, Refusal } from "./api.js";
import { taskInHand } from "./state.js";

/**
 * @param {object} parts
 * @param {Api} parts.api
 * @param {Store<Value>} parts.store
 * @param {Pick<Sync, "acted" | "refresh" | "stop">} parts.sync
 * @param {Votes} parts.votes
 */
export function createActions({ api, store, sync, votes }) {
  let notices = 0;

  /** @param {Partial<Ui>} changes */
  function show(changes) {
    const { room, ui } = store.get();
    store.set({ room, ui: { ...ui, ...changes } });
  }

  /**
   * @param {() => Promise<void>} request
   * @param {(failure: Error) => void} tell
   */
  async function attempt(request, tell = notify) {
    const { version } = store.get().room;
    try {
      await request();
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof NetworkFailure)) throw error;
      tell(error);
      // It was refused because this page is behind, or it may have happened after all.
      sync.refresh();
      return false;
    }
    sync.acted(version);
    return true;
  }

  /** @param {Error} failure */
  function notify({ message: text }) {
    notices += 1;
    show({ notice: { text, kind: "warning", id: notices } });
  }

  /**
   * @param {(round: Round) => Promise<void>} request
   * @param {(failure: Error) => void} [tell]
   */
  async function inRound(request, tell) {
    const { round } = store.get().room;
    return round !== null && attempt(() => request(round), tell);
  }

  /** A vote that failed is told at the card itself. */
  const toldAtTheCard = () => {};

  return {
    /** @param {string} card empty: take it back */
    vote: (card) => inRound(() => votes.vote(card), toldAtTheCard),
    retryVote: () => inRound(() => votes.retry(), toldAtTheCard),

    reveal: () => inRound(({ taskId, number }) => api.reveal(taskId, number)),
    revote: () => inRound(({ taskId, number }) => api.revote(taskId, number)),
    /** @param {string} points a card of the deck */
    finalize: (points) =>
      inRound(({ taskId, number }) => api.finalize(taskId, number, points)),

    /** @param {string} taskId */
    start: (taskId) => attempt(() => api.start(taskId)),
    /** @param {string} taskId */
    skip: (taskId) => attempt(() => api.skip(taskId)),

    /** Puts the task in hand to the vote, unless one is being voted on. */
    async next() {
      const { room } = store.get();
      const task = taskInHand(room);
      if (room.round || !task) return false;
      return attempt(() => api.start(task.taskId));
    },

    /** @param {string} title may be empty */
    quickVote: (title) => attempt(() => api.quickVote(title)),
    /** @param {Fields} fields title, description, link */
    addTask: (fields) => attempt(() => api.addTask(fields)),
    /** @param {string} taskId @param {Fields} fields only what changes */
    editTask: (taskId, fields) => attempt(() => api.editTask(taskId, fields)),
    /** @param {string} taskId */
    deleteTask: (taskId) => attempt(() => api.deleteTask(taskId)),

    /** @param {string} taskId @param {number} toIndex its place in the queue afterwards */
    moveTask(taskId, toIndex) {
      const taskIds = store.get().room.tasks.map((task) => task.taskId);
      const others = taskIds.filter((id) => id !== taskId);
      return attempt(() => api.orderTasks(others.toSpliced(toIndex, 0, taskId)));
    },

    /** @param {string} userId @param {string} name */
    rename: (userId, name) => attempt(() => api.rename(userId, name)),
    /** @param {string} userId @param {Role} role */
    setRole: (userId, role) => attempt(() => api.setRole(userId, role)),
    /** @param {string} userId */
    promote: (userId) => attempt(() => api.promote(userId)),
    /** @param {string} userId */
    demote: (userId) => attempt(() => api.demote(userId)),
    /** @param {string} userId */
    remove: (userId) => attempt(() => api.remove(userId)),

    async leave() {
      const hasLeft = await attempt(api.leave);
      if (!hasLeft) return false;
      sync.stop();
      // Its own event may have come first, and say that this page's member is gone.
      show({ gone: { code: "left", message: "You have left this session." } });
      return true;
    },

    end: () => attempt(api.end),
    reopen: () => attempt(api.reopen),
    /** @param {Fields} fields name, deck, cards: only what changes */
    updateSettings: (fields) => attempt(() => api.updateSettings(fields)),

    /** @param {Dialog} dialog */
    open: (dialog) => show({ dialog }),
    close: () => show({ dialog: null }),
    /** @param {Tab} tab */
    showTab: (tab) => show({ tab }),
  };
}
