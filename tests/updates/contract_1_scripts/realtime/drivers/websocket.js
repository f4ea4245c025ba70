/**
 * Any server of the Pusher Channels protocol 7, through the browser's own WebSocket.
 *
 * It is better than pusher-js at coming back: no close code ends it for good, since what
 * was wrong may be mended while the page is open; the browsers of a room do not return in
 * one moment; and an authorisation that failed is asked for again.
 *
 * @import {DriverOptions, RealtimeClient} from "../client.js"
 * @import {Clock} from "../clock.js"
 *
 * @typedef {object} Page what is needed of the browser
 * @property {typeof globalThis.WebSocket} [WebSocket]
 * @property {typeof globalThis.fetch} fetch
 * @property {{ hostname: string, port: string, protocol: string }} location
 * @property {{ cookie: string }} document
 */

import { addressOf } from "../address.js";
import { clock as systemClock } from "../clock.js";
import { csrfHeader } from "../csrf.js";
import { retryAfterMs } from "../retry_after.js";
import { none } from "./none.js";

const QUERY = "protocol=7&client=planning-poker-js&version=1.0.0";
/** For any answer: to connecting, authorising, subscribing, and to a ping. */
const PATIENCE_MS = 15_000;
/** The longest silence before a ping. The server may want a shorter one. */
const SILENCE_S = 120;
/** The first delay is between this and twice this, the next one GROWTH times as long. */
const SHORTEST_DELAY_MS = 500;
const GROWTH = 1.5;
const LONGEST_DELAY_MS = 2500;
const CROWDED_DELAY_MS = 1000;
/** Until what only a person can mend is tried again: a wrong key, a refused member. */
const REFUSED_DELAY_MS = 60_000;
/** Close codes (Pusher protocol 7, closing). Of ranges, the first code. */
const USELESS_UNCHANGED = 4000;
const OVER_CAPACITY = 4100;
const COME_BACK_AT_ONCE = 4200;
const OTHERS = 4300;
const TLS_ONLY = 4000;
const NO_PONG = 4201;
/** RFC 6455, 7.4.1. */
const ABNORMAL = 1006;

/**
 * @param {DriverOptions} options
 * @param {Page} [page]
 * @param {Clock} [clock]
 * @returns {RealtimeClient}
 */
export function websocket(
  { config, channel, callbacks },
  page = globalThis,
  clock = systemClock,
) {
  if (!page.WebSocket) return none();
  const Socket = page.WebSocket;
  const eventsName = `${config.channelPrefix}${channel}`;
  const presenceName = `presence-${channel}`;
  const address = addressOf(config, page.location);
  /** By what they wait for: "connection", "answer", or a channel's name. */
  const timers = /** @type {Map<string, () => void>} */ (new Map());
  const members = /** @type {Set<string>} */ (new Set());
  /** Ends the listeners and requests of the connection in use. */
  let life = new AbortController();
  /** @type {WebSocket | undefined} */
  let socket;
  let socketId = "";
  let silenceMs = 0;
  let isConnected = false;
  let isOver = false;
  /** Connections lost since events last arrived. */
  let failures = 0;

  /** The messages of the protocol itself. */
  const handlers =
    /** @type {Record<string, (data: any, channelName: string) => void>} */ ({
      "pusher:connection_established": ({ socket_id, activity_timeout }) => {
        silenceMs = Math.min(activity_timeout || SILENCE_S, SILENCE_S) * 1000;
        socketId = socket_id;
        isConnected = true;
        callbacks.onConnected();
        subscribe(eventsName);
        subscribe(presenceName);
      },
      "pusher:ping": () => send("pusher:pong"),
      "pusher:error": fail,
      "pusher:subscription_error": refused,
      "pusher_internal:subscription_succeeded": ({ presence }, channelName) => {
        timers.get(channelName)?.();
        if (channelName === presenceName) {
          members.clear();
          for (const id of presence?.ids ?? []) members.add(String(id));
          tellPresence();
        } else {
          failures = 0;
          callbacks.onSubscribed();
        }
      },
      "pusher_internal:member_added": ({ user_id }) => {
        members.add(String(user_id));
        tellPresence();
      },
      "pusher_internal:member_removed": ({ user_id }) => {
        members.delete(String(user_id));
        tellPresence();
      },
    });

  function connect() {
    end();
    life = new AbortController();
    const { signal } = life;
    const { host, port, securePort, isSecure } = address;
    const server = isSecure ? `wss://${host}:${securePort}` : `ws://${host}:${port}`;
    waitFor("answer", PATIENCE_MS, () => lost(ABNORMAL));
    try {
      socket = new Socket(`${server}${config.wsPath}/app/${config.key}?${QUERY}`);
    } catch (cause) {
      // The browser does not allow it: from a page over TLS without TLS, for example.
      lost(USELESS_UNCHANGED);
      return fail(cause);
    }
    socket.addEventListener("message", ({ data }) => hear(data), { signal });
    socket.addEventListener("error", fail, { signal });
    socket.addEventListener("close", ({ code }) => lost(code), { signal });
  }

  /** @param {string} text */
  function hear(text) {
    // Whatever it is, the server is there.
    waitFor("answer", silenceMs || PATIENCE_MS, ping);
    const { event, channel: channelName, data } = read(text) ?? {};
    if (typeof event !== "string") fail(text);
    else if (Object.hasOwn(handlers, event)) {
      handlers[event](read(data) ?? {}, channelName);
    } else if (!/^pusher(_internal)?:/.test(event)) {
      callbacks.onEvent(event, read(data));
    }
  }

  function ping() {
    waitFor("answer", PATIENCE_MS, () => lost(NO_PONG));
    send("pusher:ping");
  }

  /**
   * Asks the application to sign, then the server to let this page listen.
   *
   * @param {string} channelName
   */
  async function subscribe(channelName) {
    const { signal } = life;
    const again = (/** @type {number} */ delayMs) =>
      waitFor(channelName, delayMs, () => subscribe(channelName));
    again(PATIENCE_MS);
    try {
      const response = await page.fetch(config.authEndpoint, {
        method: "POST",
        headers: csrfHeader(page.document.cookie),
        body: new URLSearchParams({ socket_id: socketId, channel_name: channelName }),
        signal,
      });
      const answer = response.ok && (await response.json());
      // Signed for a socket that is no more, it is worth nothing.
      if (signal.aborted) return;
      if (answer) {
        const { auth, channel_data } = answer;
        // Without presence, as in a room of too many, all the rest works.
        again(channelName === presenceName ? REFUSED_DELAY_MS : PATIENCE_MS);
        send("pusher:subscribe", { channel: channelName, auth, channel_data });
      } else if (response.status === 403) {
        refused(response, channelName);
      } else {
        again(Math.max(retryAfterMs(response.headers, clock.now()), nextDelayMs()));
        fail(response);
      }
    } catch (cause) {
      if (signal.aborted) return;
      again(nextDelayMs());
      fail(cause);
    }
  }

  /**
   * @param {unknown} cause
   * @param {string} channelName
   */
  function refused(cause, channelName) {
    waitFor(channelName, REFUSED_DELAY_MS, () => subscribe(channelName));
    if (channelName === eventsName) callbacks.onError({ kind: "refused", cause });
  }

  /** @param {unknown} cause */
  function fail(cause) {
    callbacks.onError({ kind: "connection", cause });
  }

  function tellPresence() {
    callbacks.onPresence(new Set(members));
  }

  /**
   * @param {string} event
   * @param {object} data
   */
  function send(event, data = {}) {
    socket?.send(JSON.stringify({ event, data }));
  }

  /** @param {number} code with which the connection was closed */
  function lost(code) {
    const delayMs = delayAfter(code);
    failures += 1;
    connectIn(delayMs);
  }

  /** @param {number} code */
  function delayAfter(code) {
    if (code === TLS_ONLY && !address.isSecure) {
      address.isSecure = true;
      return 0;
    }
    if (code < USELESS_UNCHANGED || code >= OTHERS) return nextDelayMs();
    const spread = 1 + clock.random();
    if (code < OVER_CAPACITY) return REFUSED_DELAY_MS * spread;
    if (code < COME_BACK_AT_ONCE) {
      return Math.max(nextDelayMs(), CROWDED_DELAY_MS * spread);
    }
    return failures === 0 ? 0 : nextDelayMs();
  }

  /** Longer with each failure, and never the same for all browsers of a room. */
  function nextDelayMs() {
    const grown = SHORTEST_DELAY_MS * GROWTH ** failures;
    return Math.min(grown, LONGEST_DELAY_MS) * (1 + clock.random());
  }

  /** @param {number} delayMs */
  function connectIn(delayMs) {
    end();
    waitFor("connection", delayMs, connect);
    tellLost();
  }

  function tellLost() {
    if (!isConnected) return;
    isConnected = false;
    callbacks.onDisconnected();
    callbacks.onPresence(null);
  }

  /** Of the connection in use and whatever waits, nothing more is heard. */
  function end() {
    life.abort();
    for (const callOff of timers.values()) callOff();
    // Cut short it would be an error in the browser's console. Only the last has time:
    // browsers open one connection to a host after the other.
    if (isOver && socket?.readyState === Socket.CONNECTING) socket.onopen = end;
    else socket?.close();
  }

  /**
   * @param {string} what
   * @param {number} delayMs
   * @param {() => void} otherwise
   */
  function waitFor(what, delayMs, otherwise) {
    timers.get(what)?.();
    timers.set(what, clock.after(delayMs, otherwise));
  }

  connect();
  return {
    disconnect() {
      isOver = true;
      end();
      tellLost();
    },
    kick() {
      failures = 0;
      if (!isOver) connectIn(0);
    },
  };
}

/**
 * JSON, or whatever else it is.
 *
 * @param {any} text
 */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
