/**
 * When the state is fetched: one request at a time, as soon as asked for, and again after
 * a while. If it is asked for during a request, another one follows, since the answer may
 * be older than the reason to ask. While it is paused nothing is sent.
 *
 * @import {Clock} from "../../realtime/clock.js"
 *
 * @typedef {ReturnType<typeof createFetching>} Fetching
 */

/** An event may make all browsers of a room fetch; the jitter spreads their requests. */
const JITTER_PER_MEMBER_MS = 20;
const MAX_JITTER_MS = 1000;

/**
 * @template Answer
 * @param {object} options
 * @param {() => Promise<Answer>} options.request
 * @param {(answer: Answer) => void} options.onAnswer
 * @param {(error: unknown) => void} options.onFailure
 * @param {() => number} options.intervalMs how long after a request the next one follows
 * @param {Clock} options.clock
 * @param {AbortSignal} options.signal ends it
 */
export function createFetching({
  request,
  onAnswer,
  onFailure,
  intervalMs,
  clock,
  signal,
}) {
  let isFetching = false;
  /** Asked for during a request. */
  let isDue = false;
  let isPaused = false;
  let scheduledAt = Number.POSITIVE_INFINITY;
  let cancel = () => {};
  let cancelPause = () => {};

  async function now() {
    if (signal.aborted || isPaused) return;
    cancel();
    scheduledAt = Number.POSITIVE_INFINITY;
    if (isFetching) {
      isDue = true;
      return;
    }
    isFetching = true;
    isDue = false;
    const report = await request().then(
      (answer) => () => onAnswer(answer),
      (error) => () => onFailure(error),
    );
    isFetching = false;
    if (signal.aborted) return;
    try {
      report();
    } finally {
      if (isDue) now();
      else within(intervalMs());
    }
  }

  /** @param {number} delayMs zero for none */
  function pause(delayMs) {
    if (delayMs === 0) return;
    isPaused = true;
    cancelPause();
    cancelPause = clock.after(delayMs, () => {
      isPaused = false;
      now();
    });
  }

  /** @param {number} delayMs */
  function within(delayMs) {
    const at = clock.now() + delayMs;
    if (at >= scheduledAt) return;
    cancel();
    scheduledAt = at;
    cancel = clock.after(delayMs, now);
  }

  return {
    /** Fetches, or does so again after the request in progress. */
    now,

    /** Fetches after this delay, unless that is scheduled for earlier. */
    within,

    /** Sends nothing for this long, as the server asks. Then it fetches. */
    pause,
  };
}

/**
 * @param {number} memberCount
 * @param {Clock} clock
 * @returns {number} a random delay, longer in large rooms
 */
export function jitterMs(memberCount, clock) {
  return clock.random() * Math.min(memberCount * JITTER_PER_MEMBER_MS, MAX_JITTER_MS);
}
