/**
 * A clock that tests advance, running timers and settling promises.
 *
 * @import {Clock} from "../../static/realtime/clock.js"
 */

/** Lets all pending promise callbacks run. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @param {() => number} [random] */
export function createClock(random = () => 0) {
  let now = 0;
  /** @type {Set<{ at: number, run: () => void }>} */
  const timers = new Set();

  /** @param {number} end */
  const nextUntil = (end) =>
    [...timers]
      .filter((timer) => timer.at <= end)
      .reduce(
        (first, timer) => (first && first.at <= timer.at ? first : timer),
        /** @type {{ at: number, run: () => void } | null} */ (null),
      );

  return {
    now: () => now,
    random,

    /** @type {Clock["after"]} */
    after(delayMs, run) {
      const timer = { at: now + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },

    /** @param {number} ms */
    async pass(ms) {
      const end = now + ms;
      await settled();
      for (let timer = nextUntil(end); timer; timer = nextUntil(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.run();
        await settled();
      }
      now = end;
    },

    /**
     * The machine sleeps: time passes without running timers.
     *
     * @param {number} ms
     */
    sleep(ms) {
      now += ms;
    },
  };
}

/**
 * The same numbers for the same seed, from 0 up to 1 (mulberry32).
 *
 * @param {number} seed
 */
export function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
