/**
 * Reports whether this page is visible, or has been hidden for a while.
 *
 * @import {Clock} from "../realtime/clock.js"
 * @import {Page} from "../realtime/waking.js"
 */

/** A short look at another tab does not count as being away. */
const HIDDEN_GRACE_MS = 5000;

/**
 * @param {object} options
 * @param {Page} options.page
 * @param {Clock} options.clock
 * @param {AbortSignal} options.signal removes the listeners
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
