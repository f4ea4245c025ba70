/**
 * Notices that the page was away: the machine slept, the tab was frozen or came back from
 * the browser's cache, the network returned. Its connection may then be dead unnoticed.
 *
 * @import {Clock} from "./clock.js"
 *
 * @typedef {EventTarget & { document: EventTarget & { hidden: boolean } }} Page
 */

const PULSE_MS = 5000;
const SLEPT_MS = 15_000;

/**
 * @param {object} options
 * @param {Page} options.page
 * @param {Clock} options.clock
 * @param {AbortSignal} options.signal ends the watching
 * @param {() => void} options.onWake
 */
export function watchForWaking({ page, clock, signal, onWake }) {
  let lastLook = clock.now();

  function look() {
    const hasSlept = clock.now() - lastLook > SLEPT_MS;
    lastLook = clock.now();
    // The timers of a hidden page run late by themselves.
    if (hasSlept && !page.document.hidden) onWake();
  }

  function pulse() {
    if (signal.aborted) return;
    look();
    clock.after(PULSE_MS, pulse);
  }

  clock.after(PULSE_MS, pulse);
  page.document.addEventListener("visibilitychange", look, { signal });
  page.addEventListener("online", onWake, { signal });
  page.addEventListener(
    "pageshow",
    (event) => {
      if (/** @type {PageTransitionEvent} */ (event).persisted) onWake();
    },
    { signal },
  );
}
