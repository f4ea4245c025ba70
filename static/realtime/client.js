/**
 * The live events of a session, independent of the provider.
 *
 * A driver is a function `({config, channel, callbacks}) -> RealtimeClient`. It adds the
 * protocol's prefixes to the channel name, reconnects forever and reports through the
 * callbacks; network failures never make it throw. A provider without a driver never
 * connects, and the page polls.
 *
 * @typedef {object} ClientConfig what `RealtimeService.get_client_config()` gives
 * @property {string} provider
 * @property {string} key
 * @property {string} cluster
 * @property {string} wsHost empty: the page's host
 * @property {number | null} wsPort null: the page's port
 * @property {number | null} wssPort null: the page's port
 * @property {string} wsPath
 * @property {boolean | null} forceTLS null: like the page
 * @property {string} authEndpoint
 * @property {string} channelPrefix of the channel that carries the events: `private-`,
 *   or `private-encrypted-` where the provider cannot read them
 * @property {string} [csrfCookie] the cookie's name, if it is not Django's default
 *
 * @typedef {object} RealtimeError
 * @property {"refused" | "connection"} kind refused: the server did not let this page
 *   listen to the channel
 * @property {unknown} cause as the provider's library gave it
 *
 * @typedef {object} Callbacks
 * @property {(message: { type: string, data: unknown }) => void} onEvent
 * @property {() => void} onConnected
 * @property {() => void} onDisconnected once after each onConnected
 * @property {(error: RealtimeError) => void} onError
 * @property {() => void} onSubscribed from now on no event is missed; some may have
 *   been missed before the first one and after each disconnect
 * @property {(userIds: Set<string> | null) => void} onPresence who is online, null
 *   while that is not known
 *
 * @typedef {object} RealtimeClient
 * @property {() => void} disconnect permanently
 * @property {() => void} kick reconnects now: the connection may be dead without a
 *   close event
 *
 * @typedef {{ config: ClientConfig, channel: string, callbacks: Callbacks }} DriverOptions
 */

import { none } from "./drivers/none.js";
import { pusher } from "./drivers/pusher.js";
import { websocket } from "./drivers/websocket.js";

/** By the provider's name. @type {Record<string, (o: DriverOptions) => RealtimeClient>} */
const drivers = { pusher, websocket };

const CALLBACKS = /** @type {const} */ ([
  "onEvent",
  "onConnected",
  "onDisconnected",
  "onError",
  "onSubscribed",
  "onPresence",
]);

/**
 * @param {object} options
 * @param {ClientConfig} options.config
 * @param {string} [options.sessionId]
 * @param {string} [options.channel] in place of `sessionId`: the one that the state names
 * @param {Partial<Callbacks>} [options.callbacks]
 * @returns {RealtimeClient}
 */
export function createRealtimeClient({
  config,
  sessionId = "",
  channel = `planning-poker-${sessionId}`,
  callbacks = {},
}) {
  const driver = Object.hasOwn(drivers, config.provider)
    ? drivers[config.provider]
    : none;
  return driver({ config, channel, callbacks: complete(callbacks) });
}

/**
 * @param {Partial<Callbacks>} callbacks
 * @returns {Callbacks} the same, with one that does nothing for each that is missing
 */
function complete(callbacks) {
  const all = CALLBACKS.map((name) => [
    name,
    (/** @type {[any]} */ ...data) => callbacks[name]?.(...data),
  ]);
  return Object.fromEntries(all);
}
