/**
 * One's own vote: shown at once, never lost, never counted twice.
 *
 * Each vote has the idempotency key `<tab>:<count>`. The server ignores a count that is
 * not above the last one it saw from that tab, so a vote can safely be sent again, or
 * arrive after a newer one. The newest unanswered vote is therefore kept and sent again,
 * unchanged, as soon as the server is reachable, even if the page is reloaded meanwhile.
 *
 * @import {Api} from "./api.js"
 * @import {OwnVote, Room, PageState} from "./state.js"
 * @import {Store} from "./store.js"
 *
 * @typedef {ReturnType<typeof createVotes>} Votes
 *
 * @typedef {object} Vote
 * @property {string} key for the server
 * @property {number} count rises with each vote of this page
 * @property {string} card
 * @property {string} taskId
 * @property {string} roundId
 * @property {number} round
 */

import { NetworkFailure, Refusal } from "./answers.js";
import { currentRound, ownCard, savedCard } from "./selectors.js";
import { aNotice, show } from "./state.js";

const IS_KEPT = "Your vote is kept, and sent again.";

/**
 * @param {object} parts
 * @param {Store<PageState>} parts.store
 * @param {Pick<Api, "run">} parts.api
 * @param {string} [parts.tab] identifies this page among the member's pages
 * @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} [parts.storage] of this
 *   page, which a reload leaves
 */
export function createVotes({
  store,
  api,
  tab = randomId(),
  storage = sessionStorage,
}) {
  const storageKey = `vote-${store.get().room.session.id}`;
  let count = 0;
  let acknowledged = 0;
  let inFlight = 0;
  /** Votes of this tab whose events have not arrived yet. */
  let pendingEchoes = 0;
  /** @type {Vote | null} */
  let newest = null;
  /** The newest vote, if it is unknown whether the server has it. @type {Vote | null} */
  let unanswered = null;
  /** @type {Promise<NetworkFailure | null> | null} */
  let resending = null;
  /** How many states have been fetched, each with the card that the server has. */
  let stateFetches = 0;
  /**
   * A vote is saved, but one from another tab may be newer: this one was a retry, or a
   * state was fetched while it was in flight. Only a state requested from now on has the
   * card that counts.
   */
  let needsFullState = false;

  const currentRoundId = () => currentRound(store.get().room)?.roundId;

  /** @param {Vote} vote */
  async function send(vote, isRetry = false) {
    showVote(vote, "saving");
    inFlight += 1;
    unanswered = null;
    remember(vote);
    const fetchesBefore = stateFetches;
    try {
      const { card, key, round, taskId } = vote;
      await api.run("vote", { taskId }, { card, round, key });
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
    forget(vote);
    // A newer vote overtook it, so the server ignored it.
    if (vote.count < acknowledged) return;
    acknowledged = vote.count;
    const { room, ui } = store.get();
    if (!room.rounds.some(({ roundId }) => roundId === vote.roundId)) return;
    store.set({ room: withOwnCard(room, vote.taskId, vote.card), ui });
    if (mayBeStale) needsFullState = true;
    showVote(vote, "saved");
  }

  /**
   * @param {Vote} vote
   * @param {Error} error
   */
  function fail(vote, error) {
    pendingEchoes = 0;
    if (error instanceof Refusal) {
      forget(vote);
      return showVote(vote, "failed", error.message);
    }
    if (vote === newest) unanswered = vote;
    showVote(vote, "failed", `${error.message} ${IS_KEPT}`);
  }

  /** @param {Vote} vote one that is not answered yet */
  function remember(vote) {
    try {
      storage.setItem(storageKey, JSON.stringify(vote));
    } catch {
      // Without storage it is kept as long as the page.
    }
  }

  /** @param {Vote} vote */
  function forget(vote) {
    if (vote === newest) storage.removeItem(storageKey);
  }

  /** Takes over a vote that was not answered before the page was reloaded. */
  function recall() {
    const stored = storage.getItem(storageKey);
    if (stored === null) return;
    count += 1;
    newest = { .../** @type {Vote} */ (JSON.parse(stored)), count };
    unanswered = newest;
    showVote(newest, "failed", IS_KEPT);
  }

  /**
   * @param {Vote} vote
   * @param {OwnVote["status"]} status
   */
  function showVote(vote, status, message = "") {
    if (vote !== newest || vote.roundId !== currentRoundId()) return;
    show(store, { vote: { card: vote.card, status, message } });
  }

  /** @param {Vote} vote */
  async function sendAgain(vote) {
    try {
      await send(vote, true);
    } catch (error) {
      if (error instanceof NetworkFailure) return error;
      if (!(error instanceof Refusal)) throw error;
      // Otherwise it is shown beside the cards.
      if (vote.roundId !== currentRoundId()) {
        const what = vote.card ? `Your card ${vote.card}` : "Taking your card back";
        const text = `${what} came too late. ${error.message}`;
        show(store, { notice: aNotice(text) });
      }
    }
    return null;
  }

  recall();
  return {
    /**
     * Votes with a card, or takes the vote back when it is empty. Shows a failure, then
     * rejects as `Api` does.
     *
     * @param {string} card
     */
    async vote(card) {
      const round = currentRound(store.get().room);
      if (round?.status !== "voting") return;
      const { taskId, roundId, number } = round;
      count += 1;
      pendingEchoes += 1;
      newest = { key: `${tab}:${count}`, count, card, taskId, roundId, round: number };
      await send(newest);
    },

    isFailed: () => store.get().ui.vote?.status === "failed",

    /** Sends the failed vote again, unchanged. */
    async retry() {
      if (newest) await send(newest, true);
    },

    /** Whether a vote waits for the server to be reachable. */
    isWaiting: () => unanswered !== null || resending !== null,

    /**
     * Sends the vote that waits, for the round it was meant for. Call it once the server
     * is reachable. If that round is over, the refusal is shown.
     *
     * @returns {Promise<NetworkFailure | null>} why it still waits
     */
    async resend() {
      if (unanswered) {
        resending ??= sendAgain(unanswered).finally(() => {
          resending = null;
        });
      }
      return resending;
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
      const round = currentRound(room);
      const isSameRound = round?.roundId === currentRound(fetched)?.roundId;
      pendingEchoes = inFlight;
      stateFetches += 1;
      needsFullState = isSameRound && acknowledged !== since;
      if (!needsFullState || !round) return fetched;
      return withOwnCard(fetched, round.taskId, savedCard(room));
    },

    /**
     * What to show once the room is `room`: the vote beside the cards, and a sentence if
     * a card that was shown as saved is another one, or gone.
     *
     * @param {Room} room
     * @param {boolean} isFetched the room is a fetched state, so its card is the server's
     * @returns {Pick<PageState["ui"], "vote" | "notice">}
     */
    displayedIn(room, isFetched) {
      const before = store.get();
      const { notice } = before.ui;
      const roundId = currentRound(room)?.roundId;
      const vote = newest?.roundId === roundId ? before.ui.vote : null;
      if (!isFetched || vote?.status === "saving") return { vote, notice };
      const saved = savedCard(room);
      if (vote?.card === saved) {
        unanswered = null;
        if (newest) forget(newest);
        return { vote: { ...vote, status: "saved", message: "" }, notice };
      }
      if (vote?.status === "failed") return { vote, notice };
      const shown = currentRoundId() === roundId ? ownCard(before) : "";
      const isKept = shown === "" || shown === saved || room.me.role === "observer";
      return { vote: null, notice: isKept ? notice : aNotice(whyNot(shown, saved)) };
    },
  };
}

/**
 * @param {Room} room
 * @param {string} taskId
 * @param {string} card empty for none
 * @returns {Room}
 */
function withOwnCard(room, taskId, card) {
  const { [taskId]: _, ...others } = room.me.votes;
  const votes = card ? { ...others, [taskId]: card } : others;
  return { ...room, me: { ...room.me, votes } };
}

/**
 * @param {string} shown the card that was shown as saved
 * @param {string} saved the card that the server has, empty for none
 */
function whyNot(shown, saved) {
  return saved
    ? `Your card is now ${saved} instead of ${shown}. It was changed in another tab.`
    : `Your card ${shown} is no longer there. It was taken back in another tab, or lost.`;
}

/** `crypto.randomUUID` does not exist on pages over plain HTTP. */
function randomId() {
  const numbers = crypto.getRandomValues(new Uint32Array(2));
  return Array.from(numbers, (number) => number.toString(36)).join("");
}
