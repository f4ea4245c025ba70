/**
 * The order of events. Each has the version that it raises the room to, so the next one
 * is the room's version + 1; events from further ahead stay pending until the ones
 * before them arrive. Pure.
 *
 * @import {PokerEvent} from "../state.js"
 *
 * @typedef {ReadonlyMap<number, PokerEvent>} Pending events by version
 */

import { handlers } from "../reducer.js";

/**
 * @param {Pending} pending
 * @param {PokerEvent} event one that the room does not have yet
 * @returns {Pending}
 */
export function withEvent(pending, event) {
  return new Map(pending).set(event.data.version, event);
}

/**
 * Takes the events that can be applied now.
 *
 * @param {Pending} pending
 * @param {number} version the room's
 * @returns {{ ready: PokerEvent[], rest: Pending, isIncomplete: boolean, hasGap: boolean }}
 *   ready: the next events, in order; isIncomplete: the event after them lacks data,
 *   so only the state can replace it; hasGap: the event after them has not arrived,
 *   but later ones have
 */
export function takeReady(pending, version) {
  const rest = new Map(pending);
  /** @type {PokerEvent[]} */
  const ready = [];
  let next = rest.get(version + 1);
  while (next && isSelfContained(next)) {
    ready.push(next);
    rest.delete(next.data.version);
    next = rest.get(next.data.version + 1);
  }
  const isIncomplete = next !== undefined;
  return { ready, rest, isIncomplete, hasGap: rest.size > 0 && !isIncomplete };
}

/**
 * Drops the events that a fetched state includes: those up to its version, and those
 * that were pending when it was requested. If the state seems not to include one of the
 * latter, fetching again would not change that.
 *
 * @param {Pending} pending
 * @param {number} version the room's, with the state
 * @param {Pending} pendingAtRequest
 * @returns {Pending}
 */
export function withoutIncluded(pending, version, pendingAtRequest) {
  return new Map(
    [...pending].filter(([each]) => each > version && !pendingAtRequest.has(each)),
  );
}

/**
 * Whether an event has all the data that the reducer needs. One that was too large to
 * send only points to the state; an event of a newer server may have no handler here.
 *
 * @param {PokerEvent} event
 */
function isSelfContained({ type, data }) {
  return Object.hasOwn(handlers, type) && !("refetch" in data);
}
