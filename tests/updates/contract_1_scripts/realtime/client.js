/**
 * A session's live events, whatever provider carries them.
 *
 * A driver is a function `({config, channel, callbacks}) -> RealtimeClient`. It adds the
 * wire's prefixes to the channel's name, keeps trying for ever, and tells what happens
 * through the callbacks; it never throws because the network is bad. A provider without
 * a driver is one that never connects: the page polls.
 *
 * @typedef {object} ClientConfig what `RealtimeService.get_client_config()` gives
 * @property {string} provider
 * @property {string} key
 * @property {string} cluster
 * @property {string} wsHost empty: the page's own
 * @property {number | null} wsPort null: the page's own
 * @property {number | null} wssPort null: the page's own
 * @property {string} wsPath
 * @property {boolean | null} forceTLS null: as the page
 * @property {string} authEndpoint
 * @property {string} channelPrefix of the channel that carries the events: `private-`,
 *   or `private-encrypted-` where the provider cannot read them
 *
 * @typedef {object} RealtimeError
 * @property {"refused" | "connection"} kind refused: the server did not let this page
 *   listen to the channel
 * @property {unknown} cause as the provider's library gave it
 *
 * @typedef {object} Callbacks
 * @property {(type: string, data: unknown) => void} onEvent
 * @property {() => void} onConnected
 * @property {() => void} onDisconnected after onConnected, once for each time
 * @property {(error: RealtimeError) => void} onError
 * @property {() => void} onSubscribed from here on no event is missed; before the first
 *   and after each drop, some may have been
 * @property {(userIds: Set<string> | null) => void} onPresence who is online, null
 *   while that is not known
 *
 * @typedef {object} RealtimeClient
 * @property {() => void} disconnect for good
 * @property {() => void} kick connects anew, now: the connection may be dead unnoticed
 *
 * @typedef {{ config: ClientConfig, channel: string, callbacks: Callbacks }} DriverOptions
 */

import { none } from "./drivers/none.js";
import { pusher } from "./drivers/pusher.js";
import { websocket } from "./drivers/websocket.js";

/** By the provider's name. @type {Record<string, (o: DriverOptions) => RealtimeClient>} */
const drivers = { pusher, websocket };

/**
 * @param {{ config: ClientConfig, sessionId: string, callbacks: Callbacks }} options
 * @returns {RealtimeClient}
 */
export function createRealtimeClient({ config, sessionId, callbacks }) {
  const driver = Object.hasOwn(drivers, config.provider)
    ? drivers[config.provider]
    : none;
  return driver({ config, channel: `planning-poker-${sessionId}`, callbacks });
}
