/**
 * The state of the connection, as the page shows it:
 *
 * - `live`: events arrive;
 * - `reconnecting`: they do not, but the connection may be back in a moment;
 * - `slow`: they do not, and the page polls;
 * - `offline`: the server does not answer, or the browser has no network.
 *
 * @import {Clock} from "../../realtime/clock.js"
 * @import {Connection} from "../state.js"
 */

const FIRST_CONNECT_GRACE_MS = 2000;
const RECONNECT_GRACE_MS = 3000;

/**
 * @param {object} options
 * @param {() => boolean} options.hasNetwork as the browser knows it
 * @param {Clock} options.clock
 * @param {(connection: Connection) => void} options.onChange called once for each change,
 *   beginning from `reconnecting`
 */
export function createConnection({ hasNetwork, clock, onChange }) {
  let isLive = false;
  let isReachable = true;
  let isInGracePeriod = false;
  let cancelGracePeriod = () => {};
  /** @type {Connection} */
  let current = "reconnecting";

  /** @param {number} delayMs */
  function startGracePeriod(delayMs) {
    cancelGracePeriod();
    isInGracePeriod = true;
    // A timer, not a point in time: the machine's clock may be set meanwhile.
    cancelGracePeriod = clock.after(delayMs, () => {
      isInGracePeriod = false;
      update();
    });
    update();
  }

  function update() {
    const next = derived();
    if (next === current) return;
    current = next;
    onChange(next);
  }

  /** @returns {Connection} */
  function derived() {
    if (!hasNetwork()) return "offline";
    if (isLive) return "live";
    if (!isReachable) return "offline";
    return isInGracePeriod ? "reconnecting" : "slow";
  }

  return {
    isLive: () => isLive,

    /** Whether the server answered the last request. */
    isReachable: () => isReachable,

    /** The first attempt to connect has begun. */
    connecting: () => startGracePeriod(FIRST_CONNECT_GRACE_MS),

    /** Events arrive. */
    subscribed() {
      isLive = true;
      update();
    },

    /** Events no longer arrive. */
    disconnected() {
      isLive = false;
      startGracePeriod(RECONNECT_GRACE_MS);
    },

    /** @param {boolean} hasAnswered the server answered a request, be it by a refusal */
    requested(hasAnswered) {
      isReachable = hasAnswered;
      update();
    },

    /** The browser's network is there, or is not. */
    networkChanged: update,
  };
}
