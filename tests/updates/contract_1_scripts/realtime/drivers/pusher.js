/**
 * Any server of the Pusher Channels protocol, through the unmodified pusher-js, which the
 * page has loaded as the global `Pusher`.
 *
 * Being connected is not enough: a subscription whose authorisation failed is not tried
 * again by pusher-js on the same connection. So the watchdog rests only when events do
 * arrive, and otherwise reconnects, which subscribes to everything anew.
 *
 * pusher-js sends a task later than it decides to (8.6.0, transport_connection.ts), and
 * what is sent to a socket that is closing is an error in the browser's console; so is
 * one closed while it opens. So a goodbye leaves it the time to open and to speak.
 *
 * @import Library, {Channel, Options, PresenceChannel} from "pusher-js"
 * @import {Callbacks, ClientConfig, DriverOptions, RealtimeClient} from "../client.js"
 * @import {Clock} from "../clock.js"
 *
 * @typedef {object} Page what is needed of the browser
 * @property {typeof Library} [Pusher]
 * @property {{ hostname: string, port: string, protocol: string }} location
 * @property {{ cookie: string }} document
 */

import { addressOf } from "../address.js";
import { clock as systemClock } from "../clock.js";
import { csrfHeader } from "../csrf.js";
import { createWatchdog } from "../watchdog.js";
import { none } from "./none.js";

const LAST_WORDS_MS = 1000;

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
  // The library may have been kept from loading. The room goes on by polling.
  if (page.Pusher === undefined) return none();
  const connection = new page.Pusher(config.key, optionsFor(config, page));
  const watchdog = createWatchdog(reconnect, clock);
  let isConnected = false;
  let isOver = false;
  let callOff = () => {};

  function reconnect() {
    lost();
    closeIn(0, () => connection.connect());
  }

  function disconnect() {
    isOver = true;
    for (const each of connection.allChannels()) each.unbind_all();
    lost();
    watchdog.rest();
    callOff();
    const { state } = connection.connection;
    // It may still be joining: a signature can be on its way.
    if (state === "connected") closeIn(LAST_WORDS_MS);
    // Else it is closed once it has opened, or could not: see `changed`.
    else if (state !== "connecting") connection.disconnect();
  }

  /** @param {number} delayMs */
  function closeIn(delayMs, next = () => {}) {
    callOff();
    callOff = clock.after(delayMs, () => {
      connection.disconnect();
      next();
    });
  }

  function lost() {
    watchdog.watch();
    if (!isConnected) return;
    isConnected = false;
    callbacks.onDisconnected();
    callbacks.onPresence(null);
  }

  /** @param {boolean} isNow */
  function changed(isNow) {
    if (isOver) return connection.disconnect();
    if (!isNow) return lost();
    isConnected = true;
    callbacks.onConnected();
  }

  // For a second after a drop pusher-js still calls itself connected, but says this.
  connection.connection.bind("connecting_in", () => changed(false));
  connection.connection.bind(
    "state_change",
    (/** @type {{ current: string }} */ { current }) =>
      changed(current === "connected"),
  );
  connection.connection.bind("error", (/** @type {unknown} */ cause) => {
    if (!isOver) callbacks.onError({ kind: "connection", cause });
  });

  try {
    const events = connection.subscribe(`${config.channelPrefix}${channel}`);
    listen(events, callbacks, watchdog.rest);
  } catch (cause) {
    // An encrypted channel, and a build of the library that cannot decrypt.
    disconnect();
    callbacks.onError({ kind: "connection", cause });
    return none();
  }
  watchPresence(connection.subscribe(`presence-${channel}`), callbacks);
  watchdog.watch();

  return {
    disconnect,
    kick() {
      if (isOver) return;
      watchdog.rest();
      reconnect();
    },
  };
}

/**
 * @param {Channel} events
 * @param {Callbacks} callbacks
 * @param {() => void} settle
 */
function listen(events, { onEvent, onSubscribed, onError }, settle) {
  events.bind("pusher:subscription_succeeded", () => {
    settle();
    onSubscribed();
  });
  events.bind("pusher:subscription_error", (/** @type {any} */ cause) => {
    // The application may also have been unreachable, or in trouble.
    onError({ kind: isRefusal(cause) ? "refused" : "connection", cause });
  });
  // Not on the connection: there, what is encrypted still is.
  events.bind_global((/** @type {string} */ type, /** @type {unknown} */ data) => {
    if (!type.startsWith("pusher:")) onEvent(type, data);
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
function watchPresence(presence, { onPresence }) {
  const { members } = /** @type {PresenceChannel} */ (presence);
  const tell = () => onPresence(new Set(Object.keys(members.members)));
  presence.bind("pusher:subscription_succeeded", tell);
  presence.bind("pusher:member_added", tell);
  presence.bind("pusher:member_removed", tell);
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
    // Without this it would try HTTP through a third party's host. "ws" is the
    // WebSocket of either kind, as forceTLS says; "wss" would add a second attempt, over
    // TLS, from a page without it: noise at a port that speaks plain HTTP.
    enabledTransports: ["ws"],
    channelAuthorization: {
      transport: "ajax",
      endpoint: config.authEndpoint,
      headersProvider: () => csrfHeader(document.cookie),
    },
  };
}
