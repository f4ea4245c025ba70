/**
 * Time and randomness, in one place, so that tests can replace them.
 *
 * @typedef {object} Clock
 * @property {() => number} now milliseconds
 * @property {(delayMs: number, run: () => void) => () => void} after runs once, later;
 *   returns a function that cancels it
 * @property {() => number} random from 0 up to 1
 */

/** @type {Clock} */
export const clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
