/**
 * Tells whether this page is in sight: looked at, or hidden behind another for a while.
 *
 * @import {Clock} from "../realtime/clock.js"
 * @import {Page} from "../realtime/waking.js"
 */

/** A glance at another page is no absence. */
const GLANCE_MS = 5000;

/**
 * @param {object} options
 * @param {Page} options.page
 * @param {Clock} options.clock
 * @param {AbortSignal} options.signal ends the watching
 * @param {(presence: "online" | "away") => void} options.onChange
 */
export function watchSight({ page, clock, signal, onChange }) {
  let isAway = false;
  let callOff = () => {};

  function look() {
    callOff();
    if (page.document.hidden) callOff = clock.after(GLANCE_MS, leave);
    else if (isAway) tell(false);
  }

  function leave() {
    if (!signal.aborted && !isAway) tell(true);
  }

  /** @param {boolean} away */
  function tell(away) {
    isAway = away;
    onChange(away ? "away" : "online");
  }

  page.document.addEventListener("visibilitychange", look, { signal });
  look();
  return { isAway: () => isAway };
}
