/**
 * Detects that the page was suspended: the machine slept, the tab was frozen or restored
 * from the back/forward cache, or the network returned. Its connection may then be dead
 * without a close event.
 *
 * @import {Clock} from "./clock.js"
 *
 * @typedef {EventTarget & { document: EventTarget & { hidden: boolean } }} Page
 */

const TICK_MS = 5000;
const SLEEP_THRESHOLD_MS = 15_000;

/**
 * @param {object} options
 * @param {Page} options.page
 * @param {Clock} options.clock
 * @param {AbortSignal} options.signal removes the listeners
 * @param {() => void} options.onWake
 */
export function watchForWaking({ page, clock, signal, onWake }) {
  let lastCheckAt = clock.now();

  function check() {
    const hasSlept = clock.now() - lastCheckAt > SLEEP_THRESHOLD_MS;
    lastCheckAt = clock.now();
    // Browsers delay the timers of hidden pages, which is no sleep.
    if (hasSlept && !page.document.hidden) onWake();
  }

  function tick() {
    if (signal.aborted) return;
    check();
    clock.after(TICK_MS, tick);
  }

  clock.after(TICK_MS, tick);
  page.document.addEventListener("visibilitychange", check, { signal });
  page.addEventListener("online", onWake, { signal });
  page.addEventListener(
    "pageshow",
    (event) => {
      if (/** @type {PageTransitionEvent} */ (event).persisted) onWake();
    },
    { signal },
  );
}
