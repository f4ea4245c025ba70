/**
 * Tells the server how this page is: at once when that changes, and every half minute, so
 * that it counts as open. Each answer has the ETag of the state, which shows whether
 * anything was missed.
 *
 * @import {Clock} from "../realtime/clock.js"
 * @import {Page} from "../realtime/waking.js"
 *
 * @typedef {"live" | "slow" | "hidden" | "closed"} PageStatus
 */

const INTERVAL_MS = 30_000;
/** A short look at another tab does not count as being away. */
const HIDDEN_GRACE_MS = 5000;

/**
 * @param {object} options
 * @param {Page} options.page
 * @param {Clock} options.clock
 * @param {AbortSignal} options.signal ends it
 * @param {() => boolean} options.isLive
 * @param {(status: PageStatus) => Promise<string>} options.send resolves to the ETag
 * @param {(etag: string) => void} options.onAnswer
 * @param {(error: unknown) => void} options.onFailure
 */
export function createPresence({
  page,
  clock,
  signal,
  isLive,
  send,
  onAnswer,
  onFailure,
}) {
  let isHidden = false;
  /** What the server was told last. @type {PageStatus | null} */
  let told = null;
  let cancelNext = () => {};
  let cancelHiding = () => {};

  function status() {
    if (isHidden) return "hidden";
    return isLive() ? "live" : "slow";
  }

  async function tell() {
    if (signal.aborted) return;
    cancelNext();
    cancelNext = clock.after(INTERVAL_MS, tell);
    told = status();
    try {
      const etag = await send(told);
      if (!signal.aborted) onAnswer(etag);
    } catch (error) {
      if (!signal.aborted) onFailure(error);
    }
  }

  /** Tells it if it has changed. */
  function update() {
    if (status() !== told) tell();
  }

  function visibilityChanged() {
    cancelHiding();
    if (page.document.hidden) cancelHiding = clock.after(HIDDEN_GRACE_MS, hide);
    else {
      isHidden = false;
      update();
    }
  }

  function hide() {
    isHidden = true;
    update();
  }

  function close() {
    told = "closed";
    // The page may be gone before the answer.
    send(told).catch(() => {});
  }

  return {
    start() {
      page.document.addEventListener("visibilitychange", visibilityChanged, { signal });
      // Closed, or cached: a page that is restored from the cache wakes up.
      page.addEventListener("pagehide", close, { signal });
      if (page.document.hidden) visibilityChanged();
      tell();
    },
    tell,
    update,
  };
}
