/**
 * What a person can do in the room.
 *
 * The new state arrives as an event, for the sender too; only votes are shown before
 * that. Each action that sends a request resolves to whether the server accepted it, and
 * never rejects for a failed request: failures are shown as a notice.
 *
 * @import {Api, Fields} from "./api.js"
 * @import {Dialog, Role, Round, Tab, Ui, PageState} from "./state.js"
 * @import {Store} from "./store.js"
 * @import {Sync} from "./sync.js"
 * @import {Votes} from "./votes.js"
 *
 * @typedef {ReturnType<typeof createActions>} Actions
 */

import { NetworkFailure, Refusal } from "./api.js";
import { currentTask } from "./state.js";

/**
 * @param {object} parts
 * @param {Api} parts.api
 * @param {Store<PageState>} parts.store
 * @param {Pick<Sync, "actionAccepted" | "refresh" | "stop">} parts.sync
 * @param {Votes} parts.votes
 */
export function createActions({ api, store, sync, votes }) {
  let noticeCount = 0;

  /** @param {Partial<Ui>} changes */
  function show(changes) {
    const { room, ui } = store.get();
    store.set({ room, ui: { ...ui, ...changes } });
  }

  /**
   * @param {() => Promise<void>} request
   * @param {(failure: Error) => void} onFailure
   */
  async function attempt(request, onFailure = notify) {
    const { version } = store.get().room;
    try {
      await request();
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof NetworkFailure)) throw error;
      onFailure(error);
      // The page may be out of date, or the action may have succeeded after all.
      sync.refresh();
      return false;
    }
    sync.actionAccepted(version);
    return true;
  }

  /** @param {Error} failure */
  function notify({ message: text }) {
    noticeCount += 1;
    show({ notice: { text, kind: "warning", id: noticeCount } });
  }

  /**
   * @param {(round: Round) => Promise<void>} request
   * @param {(failure: Error) => void} [onFailure]
   */
  async function inRound(request, onFailure) {
    const { round } = store.get().room;
    return round !== null && attempt(() => request(round), onFailure);
  }

  /** A failed vote is shown beside the cards, not as a notice. */
  const shownOnTheCard = () => {};

  return {
    /** @param {string} card empty to take the vote back */
    vote: (card) => inRound(() => votes.vote(card), shownOnTheCard),
    retryVote: () => inRound(() => votes.retry(), shownOnTheCard),

    reveal: () => inRound(({ taskId, number }) => api.reveal(taskId, number)),
    revote: () => inRound(({ taskId, number }) => api.revote(taskId, number)),
    /** @param {string} points a card of the deck */
    finalize: (points) =>
      inRound(({ taskId, number }) => api.finalize(taskId, number, points)),

    /** @param {string} taskId */
    start: (taskId) => attempt(() => api.start(taskId)),
    /** @param {string} taskId */
    skip: (taskId) => attempt(() => api.skip(taskId)),

    /** Starts voting on the current task, unless a vote is in progress. */
    async next() {
      const { room } = store.get();
      const task = currentTask(room);
      if (room.round || !task) return false;
      return attempt(() => api.start(task.taskId));
    },

    /** @param {string} title may be empty */
    quickVote: (title) => attempt(() => api.quickVote(title)),
    /** @param {Fields} fields title, description, link */
    addTask: (fields) => attempt(() => api.addTask(fields)),
    /** @param {string} taskId @param {Fields} fields only the changed ones */
    editTask: (taskId, fields) => attempt(() => api.editTask(taskId, fields)),
    /** @param {string} taskId */
    deleteTask: (taskId) => attempt(() => api.deleteTask(taskId)),

    /** @param {string} taskId @param {number} toIndex its new index */
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
      // The event may have arrived first and shown the page of a removed member.
      show({ departed: { code: "left", message: "You have left this session." } });
      return true;
    },

    end: () => attempt(api.end),
    reopen: () => attempt(api.reopen),
    /** @param {Fields} fields name, deck, cards: only the changed ones */
    updateSettings: (fields) => attempt(() => api.updateSettings(fields)),

    /** @param {Dialog} dialog */
    open: (dialog) => show({ dialog }),
    close: () => show({ dialog: null }),
    /** @param {Tab} tab */
    showTab: (tab) => show({ tab }),
  };
}
