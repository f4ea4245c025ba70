/**
 * Shortens pusher-js's slow reconnection.
 *
 * After an outage of 3 s pusher-js reconnects after 16 s, after one of 20 s after 46 s,
 * and after some close codes never. The watchdog starts a new attempt every few seconds
 * instead.
 *
 * @import {Clock} from "./clock.js"
 */

const FIRST_DELAY_MS = 1500;
const GROWTH = 1.5;
const MAX_DELAY_MS = 8000;
/** All browsers of a room lose the server at once and must not reconnect at once. */
const JITTER = 0.2;

/**
 * @param {() => void} attempt drops the attempt in progress and starts a new one
 * @param {Clock} clock
 */
export function createWatchdog(attempt, clock) {
  let delayMs = FIRST_DELAY_MS;
  /** @type {(() => void) | null} */
  let cancel = null;

  function schedule() {
    const jittered = delayMs * (1 - JITTER * clock.random());
    cancel = clock.after(jittered, () => {
      delayMs = Math.min(delayMs * GROWTH, MAX_DELAY_MS);
      schedule();
      attempt();
    });
  }

  return {
    /** A connection is being made: give it time, then attempt again and again. */
    start() {
      if (cancel === null) schedule();
    },

    /** It is connected, or no longer wanted. */
    stop() {
      cancel?.();
      cancel = null;
      delayMs = FIRST_DELAY_MS;
    },
  };
}
