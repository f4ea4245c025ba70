/**
 * Any server of the Pusher Channels protocol, through the unmodified pusher-js, which the
 * page has loaded as the global `Pusher`.
 *
 * Being connected is not enough: pusher-js does not retry a failed subscription on the
 * same connection. So the watchdog stops only once subscribed; until then it reconnects,
 * which subscribes again.
 *
 * pusher-js sends one task later than it decides to (8.6.0, transport_connection.ts).
 * Sending to a closing socket, and closing one that is opening, log an error in the
 * console. So disconnecting first lets the socket open and send.
 *
 * @import Library, {Channel, Options, PresenceChannel} from "pusher-js"
 * @import {Callbacks, ClientConfig, DriverOptions, RealtimeClient} from "../client.js"
 * @import {Clock} from "../clock.js"
 *
 * @typedef {object} Page the browser APIs used here
 * @property {typeof Library} [Pusher]
 * @property {{ hostname: string, port: string, protocol: string }} location
 * @property {{ cookie: string }} document
 */

import { addressOf } from "../address.js";
import { clock as systemClock } from "../clock.js";
import { csrfHeader } from "../csrf.js";
import { createWatchdog } from "../watchdog.js";
import { none } from "./none.js";

const CLOSE_DELAY_MS = 1000;

/**
 * @param {DriverOptions} options
 * @param {Page} [page]
 * @param {Clock} [clock]
 * @returns {RealtimeClient}
 */
export function pusher(
  { config, channel, callbacks },
  page = globalThis,
  clock = systemClock,
) {
  // The library may have been blocked. Then the room polls.
  if (page.Pusher === undefined) return none();
  const connection = new page.Pusher(config.key, optionsFor(config, page));
  const watchdog = createWatchdog(reconnect, clock);
  let isConnected = false;
  let isClosed = false;
  let cancel = () => {};

  function reconnect() {
    connectionLost();
    closeIn(0, () => connection.connect());
  }

  function disconnect() {
    isClosed = true;
    for (const each of connection.allChannels()) each.unbind_all();
    connectionLost();
    watchdog.stop();
    cancel();
    const { state } = connection.connection;
    // It may still be subscribing: an authorisation can be in flight.
    if (state === "connected") closeIn(CLOSE_DELAY_MS);
    // Otherwise `stateChanged` closes it once it has opened or failed.
    else if (state !== "connecting") connection.disconnect();
  }

  /** @param {number} delayMs */
  function closeIn(delayMs, next = () => {}) {
    cancel();
    cancel = clock.after(delayMs, () => {
      connection.disconnect();
      next();
    });
  }

  function connectionLost() {
    watchdog.start();
    if (!isConnected) return;
    isConnected = false;
    callbacks.onDisconnected();
    callbacks.onPresence(null);
  }

  /** @param {boolean} isUp */
  function stateChanged(isUp) {
    if (isClosed) return connection.disconnect();
    if (!isUp) return connectionLost();
    isConnected = true;
    callbacks.onConnected();
  }

  // For a second after a drop pusher-js's state is still connected, but it emits this.
  connection.connection.bind("connecting_in", () => stateChanged(false));
  connection.connection.bind(
    "state_change",
    (/** @type {{ current: string }} */ { current }) =>
      stateChanged(current === "connected"),
  );
  connection.connection.bind("error", (/** @type {unknown} */ cause) => {
    if (!isClosed) callbacks.onError({ kind: "connection", cause });
  });

  try {
    const events = connection.subscribe(`${config.channelPrefix}${channel}`);
    bindEvents(events, callbacks, watchdog.stop);
  } catch (cause) {
    // An encrypted channel with a build of the library that cannot decrypt.
    disconnect();
    callbacks.onError({ kind: "connection", cause });
    return none();
  }
  bindPresence(connection.subscribe(`presence-${channel}`), callbacks);
  watchdog.start();

  return {
    disconnect,
    kick() {
      if (isClosed) return;
      watchdog.stop();
      reconnect();
    },
  };
}

/**
 * @param {Channel} events
 * @param {Callbacks} callbacks
 * @param {() => void} onSettled
 */
function bindEvents(events, { onEvent, onSubscribed, onError }, onSettled) {
  events.bind("pusher:subscription_succeeded", () => {
    onSettled();
    onSubscribed();
  });
  events.bind("pusher:subscription_error", (/** @type {any} */ cause) => {
    // The application may also have been unreachable or have failed.
    onError({ kind: isRefusal(cause) ? "refused" : "connection", cause });
  });
  // Not on the connection: its events are still encrypted.
  events.bind_global((/** @type {string} */ type, /** @type {unknown} */ data) => {
    if (!type.startsWith("pusher:")) onEvent({ type, data });
  });
}

/** @param {{ status?: number } | undefined} cause */
function isRefusal(cause) {
  return cause?.status === 403 || cause?.status === 401;
}

/**
 * @param {Channel} presence
 * @param {Callbacks} callbacks
 */
function bindPresence(presence, { onPresence }) {
  const { members } = /** @type {PresenceChannel} */ (presence);
  const report = () => onPresence(new Set(Object.keys(members.members)));
  presence.bind("pusher:subscription_succeeded", report);
  presence.bind("pusher:member_added", report);
  presence.bind("pusher:member_removed", report);
}

/**
 * @param {ClientConfig} config
 * @param {Page} page
 * @returns {Options}
 */
function optionsFor(config, { location, document }) {
  const { host, port, securePort, isSecure } = addressOf(config, location);
  return {
    cluster: config.cluster,
    wsHost: host,
    wsPort: port,
    wssPort: securePort,
    wsPath: config.wsPath,
    forceTLS: isSecure,
    // Without this it would fall back to HTTP through a third party's host. "ws" covers
    // both schemes, depending on forceTLS; "wss" would add a TLS attempt from pages over
    // plain HTTP, an error at a port without TLS.
    enabledTransports: ["ws"],
    channelAuthorization: {
      transport: "ajax",
      endpoint: config.authEndpoint,
      headersProvider: () => csrfHeader(document.cookie, config.csrfCookie),
    },
  };
}
