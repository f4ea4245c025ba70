/**
 * The store's room as a copy of the server's: by its events, and by fetched states.
 *
 * `room.version` says which events are applied. The next one is applied at once, an older
 * one is ignored, and one from further ahead waits briefly for those between before the
 * state is fetched. A state older than the applied events is dropped.
 *
 * @import {Clock} from "../../realtime/clock.js"
 * @import {Departed, PageState, PokerEvent, Room, RoomEvent} from "../state.js"
 * @import {Store} from "../store.js"
 * @import {Votes} from "../votes.js"
 * @import {Pending} from "./order.js"
 *
 * @typedef {object} Fetched
 * @property {{ room: Room, etag: string } | null} answer null if nothing has changed
 * @property {number} since what `votes.acknowledged` was at the request
 * @property {Pending} pendingAtRequest
 */

import { reduce, withNewestPresence } from "../reducer.js";
import { departureAfter, OUT_OF_DATE } from "./departure.js";
import { lacksState } from "./healing.js";
import { takeReady, withEvent, withoutIncluded } from "./order.js";

/** How long a missing event may be late before it counts as lost. */
const GAP_TIMEOUT_MS = 300;

/**
 * @param {object} parts
 * @param {Store<PageState>} parts.store
 * @param {Omit<Votes, "vote" | "retry">} parts.votes
 * @param {string} parts.etag of the store's room
 * @param {number} parts.contract the page's
 * @param {() => void} parts.fetchSoon with jitter
 * @param {() => void} parts.fetchNow
 * @param {(departed: Departed) => void} parts.onDeparted
 * @param {() => number} parts.jitterMs
 * @param {Clock} parts.clock
 */
export function createReplica({
  store,
  votes,
  etag,
  contract,
  fetchSoon,
  fetchNow,
  onDeparted,
  jitterMs,
  clock,
}) {
  /** @type {Pending} */
  let pending = new Map();
  /** Set while a gap may still close. @type {(() => void) | null} */
  let cancelGapTimeout = null;

  const version = () => store.get().room.version;

  /**
   * @param {Room} room
   * @param {boolean} isFetched
   */
  function setRoom(room, isFetched) {
    const { ui } = store.get();
    store.set({ room, ui: { ...ui, ...votes.displayedIn(room, isFetched) } });
  }

  function applyReady() {
    const { ready, rest, isIncomplete, hasGap } = takeReady(pending, version());
    pending = rest;
    if (ready.length > 0) apply(ready);
    if (isIncomplete) fetchSoon();
    if (!hasGap) return stop();
    cancelGapTimeout ??= clock.after(GAP_TIMEOUT_MS + jitterMs(), () => {
      cancelGapTimeout = null;
      fetchNow();
    });
  }

  /** @param {PokerEvent[]} ready the next events, in order */
  function apply(ready) {
    const before = store.get().room;
    const after = reduce(before, ready);
    setRoom(after, false);
    const departed = departureAfter(ready, after);
    if (departed) onDeparted(departed);
    else if (ready.some(isFromAnotherTab) || lacksState(before, after)) fetchSoon();
  }

  /**
   * Whether this member voted in another tab: no event carries the card.
   *
   * @param {PokerEvent} event
   */
  function isFromAnotherTab({ type, data }) {
    const { userId } = store.get().room.me;
    return type === "vote" && data.userId === userId && !votes.consumeEcho();
  }

  function stop() {
    cancelGapTimeout?.();
    cancelGapTimeout = null;
  }

  return {
    /** An event arrived. @param {{ type: string, data: unknown }} message */
    told(message) {
      const event = /** @type {RoomEvent} */ (message);
      if (event.type === "presence") {
        // The room is no longer the state that has this ETag.
        etag = "";
        setRoom(reduce(store.get().room, [event]), false);
      } else if (!Number.isInteger(event.data?.version)) {
        // The provider's `refetch`, or unknown here.
        fetchSoon();
      } else if (event.data.version > version()) {
        pending = withEvent(pending, event);
        applyReady();
      }
    },

    /**
     * Whether the room may be the state with this ETag.
     *
     * @param {string} current empty if it is not known
     */
    has: (current) => current !== "" && current === etag,

    /**
     * @param {(etag: string) => Promise<Fetched["answer"]>} send
     * @returns {Promise<Fetched>}
     */
    async request(send) {
      const since = votes.acknowledged();
      const pendingAtRequest = pending;
      const answer = await send(votes.needsFullState() ? "" : etag);
      return { answer, since, pendingAtRequest };
    },

    /** @param {Fetched} fetched */
    fetched({ answer, since, pendingAtRequest }) {
      if (answer && answer.room.contract !== contract) return onDeparted(OUT_OF_DATE);
      if (answer && answer.room.version < version()) {
        // Events overtook it, and may not carry what it was requested for.
        fetchSoon();
      } else if (answer) {
        const room = withNewestPresence(
          store.get().room,
          votes.merged(answer.room, since),
        );
        const isTheirs = room.members.every((each) =>
          answer.room.members.includes(each),
        );
        etag = isTheirs ? answer.etag : "";
        setRoom(room, true);
        if (votes.needsFullState()) fetchSoon();
      }
      pending = withoutIncluded(pending, version(), pendingAtRequest);
      applyReady();
    },

    stop,
  };
}
