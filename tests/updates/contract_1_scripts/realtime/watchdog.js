/**
 * Shortens a client's slow returns.
 *
 * After an outage of 3 s pusher-js comes back after 16 s, after one of 20 s after 46 s,
 * and after some close codes never. A fresh attempt every few seconds does not wait for
 * any of that.
 *
 * @import {Clock} from "./clock.js"
 */

const FIRST_PATIENCE_MS = 1500;
const GROWTH = 1.5;
const LONGEST_PATIENCE_MS = 8000;
/** A room's browsers lose their server in one moment and must not return in one. */
const JITTER = 0.2;

/**
 * @param {() => void} attempt drops what is being tried and tries anew
 * @param {Clock} clock
 */
export function createWatchdog(attempt, clock) {
  let patience = FIRST_PATIENCE_MS;
  /** @type {(() => void) | null} */
  let callOff = null;

  function wake() {
    const delay = patience * (1 - JITTER * clock.random());
    callOff = clock.after(delay, () => {
      patience = Math.min(patience * GROWTH, LONGEST_PATIENCE_MS);
      wake();
      attempt();
    });
  }

  return {
    /** Something is being tried: leave it its time, then attempt again and again. */
    watch() {
      if (callOff === null) wake();
    },

    /** It has worked, or is no longer wanted. */
    rest() {
      callOff?.();
      callOff = null;
      patience = FIRST_PATIENCE_MS;
    },
  };
}
