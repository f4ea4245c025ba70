/**
 * Shortens a client's slow returns.
 *
 * After an outage of 3 s pusher-js comes back after 16 s, after one of 20 s after 46 s,
 * and after some close codes never. A fresh attempt every few seconds does not wait for
 * any of that.
 *
 * @import {Clock} from "./clock.js"
 */

const FIRST_DELAY_MS = 1500;
const GROWTH = 1.5;
const MAX_DELAY_MS = 8000;
/** A room's browsers lose their server in one moment and must not return in one. */
const JITTER = 0.2;

/**
 * @param {() => void} attempt drops what is being tried and tries anew
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
    /** Something is being tried: leave it its time, then attempt again and again. */
    start() {
      if (cancel === null) schedule();
    },

    /** It has worked, or is no longer wanted. */
    stop() {
      cancel?.();
      cancel = null;
      delayMs = FIRST_DELAY_MS;
    },
  };
}
