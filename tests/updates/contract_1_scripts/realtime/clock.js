/**
 * Time and chance, in one place, so that tests can make their own.
 *
 * @typedef {object} Clock
 * @property {() => number} now milliseconds
 * @property {(delayMs: number, run: () => void) => () => void} after runs once, later;
 *   answers with what calls it off
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
