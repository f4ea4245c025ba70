/**
 * One's own vote: shown at once, never lost, never counted twice.
 *
 * Each vote has the idempotency key `<tab>:<count>`. The server ignores a count that is
 * not above the last one it saw from that tab, so a vote can safely be sent again, or
 * arrive after a newer one. The newest unanswered vote is therefore kept and sent again,
 * unchanged, as soon as the server is reachable.
 *
 * @import {Api} from "./api.js"
 * @import {OwnVote, Room, PageState} from "./state.js"
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
 * @param {Store<PageState>} parts.store
 * @param {Pick<Api, "vote">} parts.api
 * @param {string} [parts.tab] identifies this page among the member's pages
 */
export function createVotes({ store, api, tab = randomId() }) {
  let count = 0;
  let acknowledged = 0;
  let inFlight = 0;
  /** Votes of this tab whose events have not arrived yet. */
  let pendingEchoes = 0;
  /** @type {Vote | null} */
  let newest = null;
  /** The newest vote, if it is unknown whether the server has it. @type {Vote | null} */
  let unanswered = null;
  let isResending = false;
  /** How many states have been fetched, each with the card that the server has. */
  let stateFetches = 0;
  /**
   * A vote is saved, but one from another tab may be newer: this one was a retry, or a
   * state was fetched while it was in flight. Only a state requested from now on has the
   * card that counts.
   */
  let needsFullState = false;

  /** @param {Vote} vote */
  async function send(vote, isRetry = false) {
    show(vote, "saving");
    inFlight += 1;
    unanswered = null;
    const fetchesBefore = stateFetches;
    try {
      const { card, round } = vote;
      await api.vote(vote.taskId, { card, round, key: `${tab}:${vote.count}` });
      acknowledge(vote, isRetry || stateFetches > fetchesBefore);
    } catch (error) {
      fail(vote, /** @type {Error} */ (error));
      throw error;
    } finally {
      inFlight -= 1;
    }
  }

  /**
   * @param {Vote} vote
   * @param {boolean} mayBeStale
   */
  function acknowledge(vote, mayBeStale) {
    // A newer vote overtook it, so the server ignored it.
    if (vote.count < acknowledged) return;
    acknowledged = vote.count;
    const { room, ui } = store.get();
    if (room.round?.roundId !== vote.roundId) return;
    const me = { ...room.me, vote: vote.card || null };
    store.set({ room: { ...room, me }, ui });
    if (mayBeStale) needsFullState = true;
    show(vote, "saved");
  }

  /**
   * @param {Vote} vote
   * @param {Error} error
   */
  function fail(vote, error) {
    pendingEchoes = 0;
    const isRefused = error instanceof Refusal;
    if (vote === newest && error instanceof NetworkFailure) unanswered = vote;
    show(
      vote,
      "failed",
      isRefused
        ? error.message
        : "The server did not answer. Your vote will be sent again when it does.",
    );
  }

  /**
   * For a vote of an earlier round, whose card is no longer shown.
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
     * Votes with a card, or takes the vote back when it is empty. Shows a failure, then
     * rejects as `Api` does.
     *
     * @param {string} card
     */
    async vote(card) {
      const { round } = store.get().room;
      if (round?.status !== "voting") return;
      const { taskId, roundId, number } = round;
      count += 1;
      pendingEchoes += 1;
      newest = { count, card, taskId, roundId, round: number };
      await send(newest);
    },

    /** Sends the failed vote again, unchanged. */
    async retry() {
      if (newest && store.get().ui.vote?.status === "failed") await send(newest, true);
    },

    /**
     * Sends the unanswered vote again, for the round it was meant for. Call it once the
     * server is reachable. If that round is over, the refusal is shown.
     *
     * @returns {Promise<boolean>} whether there was one, and the server answered it
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

    /** Whether the next state must be fetched in full, without an ETag. */
    needsFullState: () => needsFullState,

    /** Identifies this page among the member's pages. */
    tab,

    /**
     * Whether a `vote` event of this member echoes a vote of this tab. If not, another
     * tab voted, and only the server knows the card.
     */
    consumeEcho() {
      if (pendingEchoes === 0) return false;
      pendingEchoes -= 1;
      return true;
    },

    /** The count of the newest saved vote: pass it to `merged` later. */
    acknowledged: () => acknowledged,

    /**
     * The fetched state. One's own card is kept as it is here if a vote was saved since
     * the state was requested: the state may be older than that vote.
     *
     * @param {Room} fetched
     * @param {number} since the result of `acknowledged` at the time of the request
     * @returns {Room}
     */
    merged(fetched, since) {
      const { room } = store.get();
      const isSameRound = fetched.round?.roundId === room.round?.roundId;
      pendingEchoes = inFlight;
      stateFetches += 1;
      needsFullState = isSameRound && acknowledged !== since;
      if (!needsFullState) return fetched;
      return { ...fetched, me: { ...fetched.me, vote: room.me.vote } };
    },

    /**
     * The vote to show beside the cards once the room is `room`.
     *
     * @param {Room} room
     * @param {boolean} isFetched the room is a fetched state, so its card is the server's
     * @returns {OwnVote | null}
     */
    displayedIn(room, isFetched) {
      const { vote } = store.get().ui;
      if (!vote || newest?.roundId !== room.round?.roundId) return null;
      if (!isFetched || vote.status === "saving") return vote;
      const isSaved = (room.me.vote ?? "") === vote.card;
      if (isSaved) {
        unanswered = null;
        return { ...vote, status: "saved", message: "" };
      }
      return vote.status === "failed" ? vote : null;
    },
  };
}

/** `crypto.randomUUID` does not exist on pages over plain HTTP. */
function randomId() {
  const numbers = crypto.getRandomValues(new Uint32Array(2));
  return Array.from(numbers, (number) => number.toString(36)).join("");
}
