/**
 * The state of the connection, as the page shows it:
 *
 * - `live`: events arrive;
 * - `reconnecting`: they do not, but the connection may be back in a moment;
 * - `slow`: they do not, and the page polls;
 * - `offline`: the browser has no network, or the server does not answer requests; then
 *   the obstacle says what does.
 *
 * @import {Clock} from "../../realtime/clock.js"
 * @import {Connection, Obstacle} from "../state.js"
 *
 * @typedef {{ connection: Connection, obstacle: Obstacle | null }} Shown
 */

const FIRST_CONNECT_GRACE_MS = 2000;
const RECONNECT_GRACE_MS = 3000;

/**
 * How events arrive: `subscribed` leads to live, `disconnected` from there to waiting, and
 * a time limit from waiting to down. What the page shows for each:
 */
const SHOWN = /** @type {const} */ ({
  live: "live",
  waiting: "reconnecting",
  down: "slow",
});

/**
 * @param {object} options
 * @param {() => boolean} options.hasNetwork as the browser knows it
 * @param {Clock} options.clock
 * @param {(shown: Shown) => void} options.onChange called once for each change, beginning
 *   from `reconnecting`
 */
export function createConnection({ hasNetwork, clock, onChange }) {
  /** @type {keyof typeof SHOWN} */
  let events = "waiting";
  /** Why the last request was not answered. @type {Obstacle | null} */
  let obstacle = null;
  let failures = 0;
  let cancelTimeout = () => {};
  /** @type {Shown} */
  let shown = { connection: SHOWN[events], obstacle };

  /** @param {number} timeoutMs */
  function wait(timeoutMs) {
    events = "waiting";
    cancelTimeout();
    // A timer, not a point in time: the machine's clock may be set meanwhile.
    cancelTimeout = clock.after(timeoutMs, () => {
      events = "down";
      update();
    });
    update();
  }

  function update() {
    const next = derived();
    const { connection, obstacle: reason } = shown;
    shown = next;
    if (next.connection !== connection || next.obstacle?.message !== reason?.message) {
      onChange(next);
    }
  }

  /** @returns {Shown} */
  function derived() {
    if (!hasNetwork()) return { connection: "offline", obstacle: null };
    if (obstacle && !isTolerable(obstacle)) return { connection: "offline", obstacle };
    return { connection: SHOWN[events], obstacle: null };
  }

  /**
   * Whether it may be one lost answer, while events arrive.
   *
   * @param {Obstacle} reason
   */
  function isTolerable({ kind }) {
    return events === "live" && failures < 2 && ["unreachable", "busy"].includes(kind);
  }

  return {
    isLive: () => events === "live",

    /** Whether the server answered the last request. */
    isReachable: () => obstacle === null,

    /** The first attempt to connect has begun. */
    connecting: () => wait(FIRST_CONNECT_GRACE_MS),

    /** Events arrive. */
    subscribed() {
      events = "live";
      cancelTimeout();
      update();
    },

    /** Events no longer arrive. */
    disconnected: () => wait(RECONNECT_GRACE_MS),

    /** The server answered a request, be it by a refusal. */
    answered() {
      obstacle = null;
      failures = 0;
      update();
    },

    /** It did not. @param {Obstacle} reason */
    failed(reason) {
      obstacle = reason;
      failures += 1;
      update();
    },

    /** The browser's network is there, or is not. */
    networkChanged: update,
  };
}
