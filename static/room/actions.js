/**
 * What a person can do in the room.
 *
 * The new state arrives as an event, for the sender too; only votes are shown before
 * that. Whatever sends a request resolves to whether the server accepted it, and never
 * rejects for a failed request: failures are shown.
 *
 * @import {Api, Fields, Subject} from "./api.js"
 * @import {DialogName, PageState, Tab} from "./state.js"
 * @import {Store} from "./store.js"
 * @import {Sync} from "./sync.js"
 * @import {Votes} from "./votes.js"
 *
 * @typedef {ReturnType<typeof createActions>} Actions
 */

import { NetworkFailure, Refusal } from "./answers.js";
import { currentRound, isVoting, taskInHand } from "./selectors.js";
import { aNotice, show } from "./state.js";

/**
 * @param {object} parts
 * @param {Api} parts.api
 * @param {Store<PageState>} parts.store
 * @param {Pick<Sync, "accepted" | "failed" | "stop">} parts.sync
 * @param {Votes} parts.votes
 */
export function createActions({ api, store, sync, votes }) {
  /**
   * @template Answer
   * @param {() => Promise<Answer>} request
   * @param {(failure: Refusal | NetworkFailure) => void} showFailure
   * @returns {Promise<Answer | undefined>} undefined if it failed
   */
  async function attempt(request, showFailure) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof NetworkFailure)) throw error;
      showFailure(error);
      sync.failed(error);
      return undefined;
    }
  }

  /**
   * @param {() => Promise<void>} request
   * @param {(failure: Refusal | NetworkFailure) => void} [showFailure]
   */
  async function act(request, showFailure = notify) {
    const { version } = store.get().room;
    const isDone = await attempt(() => request().then(() => true), showFailure);
    if (isDone) sync.accepted(version);
    return isDone === true;
  }

  /** @param {Refusal | NetworkFailure} failure */
  function notify(failure) {
    const text =
      failure instanceof Refusal
        ? failure.message
        : `That did not go through. ${failure.message}`;
    show(store, { notice: aNotice(text) });
  }

  /** A failed vote is shown beside the cards, not as a notice. */
  const shownOnTheCard = () => {};

  /**
   * @param {string} command
   * @param {Subject} [subject]
   * @param {Fields} [fields]
   */
  const run = (command, subject = {}, fields = {}) =>
    act(() => api.run(command, subject, fields));

  return {
    run,

    /**
     * Runs the command of a form: what is wrong with its fields is shown beside them.
     *
     * @param {string} command
     * @param {Subject} subject
     * @param {Fields} fields
     */
    submit(command, subject, fields) {
      show(store, { invalid: null });
      return act(
        () => api.run(command, subject, fields),
        (failure) => {
          const errors = failure instanceof Refusal ? failure.errors : {};
          const areShown = Object.keys(errors).some((field) => field in fields);
          if (areShown) show(store, { invalid: { command, errors } });
          else notify(failure);
        },
      );
    },

    /**
     * Runs a command of the round that is shown: should another one have begun
     * meanwhile, it is refused.
     *
     * @param {string} command
     * @param {Fields} [fields]
     */
    async inRound(command, fields = {}) {
      const round = currentRound(store.get().room);
      if (!round) return false;
      const { taskId, number } = round;
      return run(command, { taskId }, { ...fields, round: number });
    },

    /** @param {string} card empty to take the vote back */
    async vote(card) {
      return isVoting(store.get().room) && act(() => votes.vote(card), shownOnTheCard);
    },
    async retryVote() {
      return votes.isFailed() && act(votes.retry, shownOnTheCard);
    },

    /** Starts voting on the task in hand, unless a vote is in progress. */
    async next() {
      const { room } = store.get();
      const task = taskInHand(room);
      if (currentRound(room) || !task) return false;
      return run("start", { taskId: task.taskId });
    },

    /** @param {string} taskId @param {number} toIndex its new index */
    moveTask(taskId, toIndex) {
      const others = store.get().room.tasks.filter((task) => task.taskId !== taskId);
      return run("move-task", { taskId }, { before: others[toIndex]?.taskId ?? "" });
    },

    /** A task whole; undefined if it cannot be read. @param {string} taskId */
    readTask: (taskId) => attempt(() => api.task(taskId), notify),

    async leave() {
      const hasLeft = await run("leave");
      if (!hasLeft) return false;
      sync.stop();
      // The event may have arrived first and shown the page of a removed member.
      show(store, {
        departed: { code: "left", message: "You have left this session." },
      });
      return true;
    },

    /** @param {DialogName} name @param {string | null} [subject] a task or member */
    open: (name, subject = null) =>
      show(store, { dialog: { name, subject }, invalid: null }),
    close: () => show(store, { dialog: null, invalid: null }),
    /** @param {Tab} tab */
    showTab: (tab) => show(store, { tab }),
  };
}
