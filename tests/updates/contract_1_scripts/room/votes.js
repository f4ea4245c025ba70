/**
 * The card of one's own: shown at once, never lost, never told twice.
 *
 * Each vote carries `<tab>:<count>` as its key. The server leaves out a count that is not
 * above the last one it saw from that tab, so a vote may be sent again after a failure,
 * and may arrive after a newer one, without harm. So the newest one that nobody answered
 * is kept, and sent again by itself, the very same, when the server is there again.
 *
 * @import {Api} from "./api.js"
 * @import {OwnVote, Room, Value} from "./state.js"
 * @import {Store} from "./store.js"
 *
 * @typedef {ReturnType<typeof createVotes>} Votes
 *
 * @typedef {object} Vote
 * @property {number} count
 * @property {string} card
 * @property {string} taskId
 * @property {string} roundId
 * @property {number} round
 */

import { NetworkFailure, Refusal } from "./api.js";

/**
 * @param {object} parts
 * @param {Store<Value>} parts.store
 * @param {Pick<Api, "vote">} parts.api
 * @param {string} [parts.tab] a name that no other page of this member has
 */
export function createVotes({ store, api, tab = randomName() }) {
  let count = 0;
  let acknowledged = 0;
  let inFlight = 0;
  /** Votes of this tab whose events have not come back yet. */
  let unheard = 0;
  /** @type {Vote | null} */
  let newest = null;
  /** The newest one, while nobody knows whether the server has it. @type {Vote | null} */
  let unanswered = null;
  let isResending = false;
  /** How often the server has told which card it has. */
  let told = 0;
  /**
   * A vote is saved, but what another tab laid may be newer: it was sent again, or the
   * server told of a card while this one was on its way. Only a state that is asked for
   * from now on tells which one it has.
   */
  let isUnsure = false;

  /** @param {Vote} vote */
  async function send(vote, isAgain = false) {
    show(vote, "saving");
    inFlight += 1;
    unanswered = null;
    const toldBefore = told;
    try {
      const { card, round } = vote;
      await api.vote(vote.taskId, { card, round, key: `${tab}:${vote.count}` });
      acknowledge(vote, isAgain || told > toldBefore);
    } catch (error) {
      fail(vote, /** @type {Error} */ (error));
      throw error;
    } finally {
      inFlight -= 1;
    }
  }

  /**
   * @param {Vote} vote
   * @param {boolean} mayBeOld
   */
  function acknowledge(vote, mayBeOld) {
    // Overtaken by a newer one: the server has left it out.
    if (vote.count < acknowledged) return;
    acknowledged = vote.count;
    const { room, ui } = store.get();
    if (room.round?.roundId !== vote.roundId) return;
    const me = { ...room.me, vote: vote.card || null };
    store.set({ room: { ...room, me }, ui });
    if (mayBeOld) isUnsure = true;
    show(vote, "saved");
  }

  /**
   * @param {Vote} vote
   * @param {Error} error
   */
  function fail(vote, error) {
    unheard = 0;
    const isAnswered = error instanceof Refusal;
    if (vote === newest && error instanceof NetworkFailure) unanswered = vote;
    show(
      vote,
      "failed",
      isAnswered
        ? error.message
        : "The server did not answer. It is sent again when it does.",
    );
  }

  /**
   * Of a round that is no longer on the table: its card is shown nowhere.
   *
   * @param {string} text
   */
  function notify(text) {
    const { room, ui } = store.get();
    store.set({ room, ui: { ...ui, notice: { text, kind: "warning", id: -count } } });
  }

  /**
   * @param {Vote} vote
   * @param {OwnVote["status"]} status
   */
  function show(vote, status, message = "") {
    const { room, ui } = store.get();
    if (vote !== newest || vote.roundId !== room.round?.roundId) return;
    store.set({ room, ui: { ...ui, vote: { card: vote.card, status, message } } });
  }

  return {
    /**
     * Lays a card, or takes it back when it is empty. Rejects when that failed, as
     * `Api` does, after having shown it.
     *
     * @param {string} card
     */
    async vote(card) {
      const { round } = store.get().room;
      if (round?.status !== "voting") return;
      const { taskId, roundId, number } = round;
      count += 1;
      unheard += 1;
      newest = { count, card, taskId, roundId, round: number };
      await send(newest);
    },

    /** Sends the failed vote once more, the very same. */
    async retry() {
      if (newest && store.get().ui.vote?.status === "failed") await send(newest, true);
    },

    /**
     * The server is there again: sends what it did not answer, for the round that was
     * meant. If that round is over it refuses, and that is said.
     *
     * @returns {Promise<boolean>} whether the server took or refused one
     */
    async resend() {
      const vote = unanswered;
      if (!vote || isResending) return false;
      isResending = true;
      try {
        await send(vote, true);
        return true;
      } catch (error) {
        const isShown = vote.roundId === store.get().room.round?.roundId;
        if (error instanceof Refusal && !isShown) {
          notify(`Your card ${vote.card} came too late. ${error.message}`);
        } else if (!(error instanceof Refusal || error instanceof NetworkFailure)) {
          throw error;
        }
        return error instanceof Refusal;
      } finally {
        isResending = false;
      }
    },

    /** Whether the state has to be asked for as a whole. */
    isUnsure: () => isUnsure,

    /** The name of this page among those of its member. */
    tab,

    /**
     * Whether the event of a vote of one's own only tells what this tab did. If not, it
     * was another tab, and the card is known to the server alone.
     */
    wasSentHere() {
      if (unheard === 0) return false;
      unheard -= 1;
      return true;
    },

    /** The count of the newest vote that is saved: for `merged`, later. */
    acknowledged: () => acknowledged,

    /**
     * The server's state, with one's own card as the server has it, unless a vote was
     * saved since the state was asked for: the state may be older than that vote.
     *
     * @param {Room} fetched
     * @param {number} since what `acknowledged` said when it was asked for
     * @returns {Room}
     */
    merged(fetched, since) {
      const { room } = store.get();
      const isSameRound = fetched.round?.roundId === room.round?.roundId;
      unheard = inFlight;
      told += 1;
      isUnsure = isSameRound && acknowledged !== since;
      if (!isUnsure) return fetched;
      return { ...fetched, me: { ...fetched.me, vote: room.me.vote } };
    },

    /**
     * What to show of the newest vote once the room is `room`.
     *
     * @param {Room} room
     * @param {boolean} isFetched the server has said which card it has
     * @returns {OwnVote | null}
     */
    shownIn(room, isFetched) {
      const { vote } = store.get().ui;
      if (!vote || newest?.roundId !== room.round?.roundId) return null;
      if (!isFetched || vote.status === "saving") return vote;
      const isThere = (room.me.vote ?? "") === vote.card;
      if (isThere) {
        unanswered = null;
        return { ...vote, status: "saved", message: "" };
      }
      return vote.status === "failed" ? vote : null;
    },
  };
}

/** `crypto.randomUUID` is missing where the page came over plain HTTP. */
function randomName() {
  const numbers = crypto.getRandomValues(new Uint32Array(2));
  return Array.from(numbers, (number) => number.toString(36)).join("");
}
