/**
 * Tells whether this page is in sight: looked at, or hidden behind another for a while.
 *
 * @import {Clock} from "../realtime/clock.js"
 * @import {Page} from "../realtime/waking.js"
 */

/** A glance at another page is no absence. */
const HIDDEN_GRACE_MS = 5000;

/**
 * @param {object} options
 * @param {Page} options.page
 * @param {Clock} options.clock
 * @param {AbortSignal} options.signal ends the watching
 * @param {(presence: "online" | "away") => void} options.onChange
 */
export function watchVisibility({ page, clock, signal, onChange }) {
  let isAway = false;
  let cancel = () => {};

  function update() {
    cancel();
    if (page.document.hidden) cancel = clock.after(HIDDEN_GRACE_MS, setAway);
    else if (isAway) report(false);
  }

  function setAway() {
    if (!signal.aborted && !isAway) report(true);
  }

  /** @param {boolean} away */
  function report(away) {
    isAway = away;
    onChange(away ? "away" : "online");
  }

  page.document.addEventListener("visibilitychange", update, { signal });
  update();
  return { isAway: () => isAway };
}
