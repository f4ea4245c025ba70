/**
 * Any server of the Pusher Channels protocol 7, through the browser's WebSocket.
 *
 * It reconnects better than pusher-js: no close code is final, since an operator may fix
 * the cause while the page is open; the browsers of a room do not reconnect at once; and
 * a failed authorisation is retried.
 *
 * @import {DriverOptions, RealtimeClient} from "../client.js"
 * @import {Clock} from "../clock.js"
 *
 * @typedef {object} Page the browser APIs used here
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
/** For every response: to a connection, an authorisation, a subscription, a ping. */
const RESPONSE_TIMEOUT_MS = 15_000;
/** The longest silence before a ping. The server may ask for a shorter one. */
const ACTIVITY_TIMEOUT_S = 120;
/** The first delay is between this and twice this, each next one GROWTH times that. */
const MIN_DELAY_MS = 500;
const GROWTH = 1.5;
const MAX_DELAY_MS = 2500;
const BACK_OFF_DELAY_MS = 1000;
/** Before retrying what only a person can fix: a wrong key, a refused member. */
const REFUSED_DELAY_MS = 60_000;
/** Close codes (Pusher protocol 7, closing). For ranges, the first code. */
const DO_NOT_RECONNECT = 4000;
const BACK_OFF = 4100;
const RECONNECT_NOW = 4200;
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
  /** By purpose: "connection", "answer", or a channel's name. */
  const timers = /** @type {Map<string, () => void>} */ (new Map());
  const members = /** @type {Set<string>} */ (new Set());
  /** Aborts the listeners and requests of the current connection. */
  let scope = new AbortController();
  /** @type {WebSocket | undefined} */
  let socket;
  let socketId = "";
  let activityTimeoutMs = 0;
  let isConnected = false;
  let isClosed = false;
  /** Failed connections since the last subscription. */
  let failures = 0;

  /** Handlers of the protocol's own messages. */
  const handlers =
    /** @type {Record<string, (data: any, channelName: string) => void>} */ ({
      "pusher:connection_established": ({ socket_id, activity_timeout }) => {
        activityTimeoutMs =
          Math.min(activity_timeout || ACTIVITY_TIMEOUT_S, ACTIVITY_TIMEOUT_S) * 1000;
        socketId = socket_id;
        isConnected = true;
        callbacks.onConnected();
        subscribe(eventsName);
        subscribe(presenceName);
      },
      "pusher:ping": () => send("pusher:pong"),
      "pusher:error": reportError,
      "pusher:subscription_error": refused,
      "pusher_internal:subscription_succeeded": ({ presence }, channelName) => {
        timers.get(channelName)?.();
        if (channelName === presenceName) {
          members.clear();
          for (const id of presence?.ids ?? []) members.add(String(id));
          reportPresence();
        } else {
          failures = 0;
          callbacks.onSubscribed();
        }
      },
      "pusher_internal:member_added": ({ user_id }) => {
        members.add(String(user_id));
        reportPresence();
      },
      "pusher_internal:member_removed": ({ user_id }) => {
        members.delete(String(user_id));
        reportPresence();
      },
    });

  function connect() {
    close();
    scope = new AbortController();
    const { signal } = scope;
    const { host, port, securePort, isSecure } = address;
    const server = isSecure ? `wss://${host}:${securePort}` : `ws://${host}:${port}`;
    setTimer("answer", RESPONSE_TIMEOUT_MS, () => lost(ABNORMAL));
    try {
      socket = new Socket(`${server}${config.wsPath}/app/${config.key}?${QUERY}`);
    } catch (cause) {
      // The browser forbids it, such as plain WebSocket from a page over TLS.
      lost(DO_NOT_RECONNECT);
      return reportError(cause);
    }
    socket.addEventListener("message", ({ data }) => receive(data), { signal });
    socket.addEventListener("error", reportError, { signal });
    socket.addEventListener("close", ({ code }) => lost(code), { signal });
  }

  /** @param {string} text */
  function receive(text) {
    // Any message shows that the server is alive.
    setTimer("answer", activityTimeoutMs || RESPONSE_TIMEOUT_MS, ping);
    const { event, channel: channelName, data } = parseJson(text) ?? {};
    if (typeof event !== "string") reportError(text);
    else if (Object.hasOwn(handlers, event)) {
      handlers[event](parseJson(data) ?? {}, channelName);
    } else if (!/^pusher(_internal)?:/.test(event)) {
      callbacks.onEvent({ type: event, data: parseJson(data) });
    }
  }

  function ping() {
    setTimer("answer", RESPONSE_TIMEOUT_MS, () => lost(NO_PONG));
    send("pusher:ping");
  }

  /**
   * Gets the application's signature, then subscribes. Without the application's code a
   * refusal is one of what stands in front of it.
   *
   * @param {string} channelName
   */
  async function subscribe(channelName) {
    const { signal } = scope;
    const retryIn = (/** @type {number} */ delayMs) =>
      setTimer(channelName, delayMs, () => subscribe(channelName));
    retryIn(RESPONSE_TIMEOUT_MS);
    try {
      const response = await page.fetch(config.authEndpoint, {
        method: "POST",
        headers: csrfHeader(page.document.cookie, config.csrfCookie),
        body: new URLSearchParams({ socket_id: socketId, channel_name: channelName }),
        redirect: "manual",
        signal,
      });
      const { auth, channel_data, code } = parseJson(await response.text()) ?? {};
      // A signature for an earlier socket is useless.
      if (signal.aborted) return;
      if (auth) {
        // A full presence channel is refused; everything else works without it.
        retryIn(channelName === presenceName ? REFUSED_DELAY_MS : RESPONSE_TIMEOUT_MS);
        send("pusher:subscribe", { channel: channelName, auth, channel_data });
      } else if (code === "channel") {
        refused(response, channelName);
      } else {
        retryIn(Math.max(retryAfterMs(response.headers, clock.now()), nextDelayMs()));
        reportError(response);
      }
    } catch (cause) {
      if (signal.aborted) return;
      retryIn(nextDelayMs());
      reportError(cause);
    }
  }

  /**
   * @param {unknown} cause
   * @param {string} channelName
   */
  function refused(cause, channelName) {
    setTimer(channelName, REFUSED_DELAY_MS, () => subscribe(channelName));
    if (channelName === eventsName) callbacks.onError({ kind: "refused", cause });
  }

  /** @param {unknown} cause */
  function reportError(cause) {
    callbacks.onError({ kind: "connection", cause });
  }

  function reportPresence() {
    callbacks.onPresence(new Set(members));
  }

  /**
   * @param {string} event
   * @param {object} data
   */
  function send(event, data = {}) {
    socket?.send(JSON.stringify({ event, data }));
  }

  /** @param {number} code the close code */
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
    if (code < DO_NOT_RECONNECT || code >= OTHERS) return nextDelayMs();
    const spread = 1 + clock.random();
    if (code < BACK_OFF) return REFUSED_DELAY_MS * spread;
    if (code < RECONNECT_NOW) {
      return Math.max(nextDelayMs(), BACK_OFF_DELAY_MS * spread);
    }
    return failures === 0 ? 0 : nextDelayMs();
  }

  /** Exponential backoff, with jitter for the browsers of a room. */
  function nextDelayMs() {
    const grown = MIN_DELAY_MS * GROWTH ** failures;
    return Math.min(grown, MAX_DELAY_MS) * (1 + clock.random());
  }

  /** @param {number} delayMs */
  function connectIn(delayMs) {
    close();
    setTimer("connection", delayMs, connect);
    reportDisconnected();
  }

  function reportDisconnected() {
    if (!isConnected) return;
    isConnected = false;
    callbacks.onDisconnected();
    callbacks.onPresence(null);
  }

  /** Closes the current connection and cancels its timers and requests. */
  function close() {
    scope.abort();
    for (const cancel of timers.values()) cancel();
    // Closing an opening socket logs an error in the console. Only the last socket can
    // wait: browsers open one connection to a host at a time.
    if (isClosed && socket?.readyState === Socket.CONNECTING) socket.onopen = close;
    else socket?.close();
  }

  /**
   * @param {string} name
   * @param {number} delayMs
   * @param {() => void} run
   */
  function setTimer(name, delayMs, run) {
    timers.get(name)?.();
    timers.set(name, clock.after(delayMs, run));
  }

  connect();
  return {
    disconnect() {
      isClosed = true;
      close();
      reportDisconnected();
    },
    kick() {
      failures = 0;
      if (!isClosed) connectIn(0);
    },
  };
}

/**
 * The parsed JSON, or the text itself if it is not JSON.
 *
 * @param {any} text
 */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
