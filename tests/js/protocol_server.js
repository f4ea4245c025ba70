/**
 * A fake server of the Pusher Channels protocol 7, the application that signs for it, and
 * a network that fails when a test says so. Time is the test's clock.
 *
 * @import {createClock} from "./clock.js"
 *
 * @typedef {{ event: string, channel?: string, data?: any }} Message
 * @typedef {{ socketId: string, channel: string, headers: Headers }} AuthRequest
 * @typedef {{ status: number, body?: unknown, headers?: Record<string, string> }} Answer
 */

import assert from "node:assert/strict";
import nacl from "tweetnacl";

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;
const SECRET = new Uint8Array(32).fill(7);
const base64 = (/** @type {Uint8Array} */ bytes) =>
  Buffer.from(bytes).toString("base64");

/** @param {ReturnType<typeof createClock>} clock */
export function createProtocolServer(clock) {
  /** Delivers the held answers, oldest first. @type {(() => void)[]} */
  const held = [];

  const server = {
    /** Every WebSocket, oldest first. @type {Connection[]} */
    connections: [],
    /** @type {AuthRequest[]} */
    authRequests: [],
    isUp: true,
    /** It accepts connections, then sends nothing. */
    isMute: false,
    isHolding: false,
    activityTimeout: /** @type {number | undefined} */ (120),
    presentIds: /** @type {(string | number)[]} */ (["amira"]),
    /** Channels whose subscriptions it refuses. */
    full: /** @type {Set<string>} */ (new Set()),
    /** The application's answer instead of a signature. @type {Answer | null} */
    refusal: null,
    isApplicationUp: true,
    /** The browser forbids the connection. */
    isForbidden: false,

    /** The newest connection. */
    get latest() {
      return /** @type {Connection} */ (server.connections.at(-1));
    },

    /** @param {string} url */
    opened(url) {
      if (server.isForbidden) throw new DOMException("Not from here", "SecurityError");
      const socketId = `${server.connections.length + 1}.1`;
      const connection = new Connection(server, clock, socketId, url);
      server.connections.push(connection);
      clock.after(0, () => connection.answered());
      return connection;
    },

    /** Delivers the oldest held answer of the application. */
    release() {
      held.shift()?.();
    },

    /**
     * @param {string} form
     * @param {Headers} headers
     * @returns {Promise<Answer>}
     */
    async authorise(form, headers) {
      const fields = new URLSearchParams(form);
      const socketId = fields.get("socket_id") ?? "";
      const channel = fields.get("channel_name") ?? "";
      server.authRequests.push({ socketId, channel, headers });
      const { refusal, isApplicationUp } = server;
      if (server.isHolding) {
        await new Promise((resolve) => held.push(() => resolve(null)));
      }
      if (!isApplicationUp) throw new TypeError("Failed to fetch");
      if (refusal) return refusal;
      const channelData = JSON.stringify({ user_id: "amira" });
      return {
        status: 200,
        body: {
          auth: signature(socketId, channel),
          ...(channel.startsWith("presence-") && { channel_data: channelData }),
          ...(channel.includes("encrypted") && { shared_secret: base64(SECRET) }),
        },
      };
    },

    /**
     * Sends an event to the subscribers, encrypted if the channel is.
     *
     * @param {string} channel
     * @param {string} event
     * @param {unknown} data
     */
    publish(channel, event, data) {
      const text = JSON.stringify(data);
      const sent = channel.includes("encrypted") ? encrypted(text) : text;
      for (const connection of server.connections) {
        if (connection.channels.has(channel)) {
          connection.tell({ event, channel, data: sent });
        }
      }
    },

    /** @param {string} event @param {object} data */
    tellPresence(event, data) {
      const [channel] = [...server.latest.channels].filter((name) =>
        name.startsWith("presence-"),
      );
      server.latest.tell({ event, channel, data: JSON.stringify(data) });
    },
  };
  return server;
}

/** @param {string} socketId @param {string} channel */
const signature = (socketId, channel) => `key:${socketId}:${channel}`;

/** Pusher docs, end-to-end encryption. @param {string} text */
function encrypted(text) {
  const nonce = new Uint8Array(24).fill(1);
  const ciphertext = nacl.secretbox(new TextEncoder().encode(text), nonce, SECRET);
  return JSON.stringify({ nonce: base64(nonce), ciphertext: base64(ciphertext) });
}

/** Both ends of a WebSocket. The client's end has the interface of a browser's. */
export class Connection extends EventTarget {
  readyState = CONNECTING;
  /** The messages from the client. @type {Message[]} */
  heard = [];
  /** @type {Set<string>} */
  channels = new Set();
  /** Closed by the client while opening, which browsers log as an error. */
  isCutShort = false;
  /** For pusher-js, which sets handlers instead of listeners. @type {Record<string, any>} */
  on = {};

  /**
   * @param {ReturnType<typeof createProtocolServer>} server
   * @param {ReturnType<typeof createClock>} clock
   * @param {string} socketId
   * @param {string} url
   */
  constructor(server, clock, socketId, url) {
    super();
    this.server = server;
    this.clock = clock;
    this.socketId = socketId;
    this.url = url;
  }

  answered() {
    if (this.readyState !== CONNECTING) return;
    if (!this.server.isUp) return this.fails();
    this.readyState = OPEN;
    this.emit("open", {});
    if (this.server.isMute) return;
    const activity_timeout = this.server.activityTimeout;
    this.tell({
      event: "pusher:connection_established",
      data: JSON.stringify({ socket_id: this.socketId, activity_timeout }),
    });
  }

  /** @param {Message} message */
  tell(message) {
    this.tellText(JSON.stringify(message));
  }

  /** @param {string} data */
  tellText(data) {
    if (this.readyState === OPEN) this.emit("message", { data });
  }

  /** Fails as with a broken network. */
  fails() {
    this.emit("error", {});
    this.closes(1006);
  }

  /** @param {number} code */
  closes(code, reason = "") {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.channels.clear();
    this.emit("close", { code, reason, wasClean: code !== 1006 });
  }

  /**
   * By the client. Browsers only log an error when this is too late.
   *
   * @param {string} text
   */
  send(text) {
    assert.equal(this.readyState, OPEN, `It is not open, and is sent ${text}`);
    const message = JSON.parse(text);
    this.heard.push(message);
    if (this.server.isMute) return;
    if (message.event === "pusher:ping")
      this.tell({ event: "pusher:pong", data: "{}" });
    if (message.event === "pusher:subscribe") this.subscribed(message.data);
  }

  /** By the client. The close event comes later, as in a browser. */
  close() {
    if (this.readyState >= CLOSING) return;
    this.isCutShort = this.readyState === CONNECTING;
    this.readyState = CLOSING;
    this.channels.clear();
    this.clock.after(0, () => this.closes(1005));
  }

  /** @param {{ channel: string, auth: string }} data */
  subscribed({ channel, auth }) {
    if (auth !== signature(this.socketId, channel) || this.server.full.has(channel)) {
      const data = JSON.stringify({ message: "Refused", code: 4009 });
      return this.tell({ event: "pusher:error", data });
    }
    this.channels.add(channel);
    const ids = this.server.presentIds;
    const hash = Object.fromEntries(ids.map((id) => [id, null]));
    const presence = { ids, hash, count: ids.length };
    const data = JSON.stringify(channel.startsWith("presence-") ? { presence } : {});
    this.tell({ event: "pusher_internal:subscription_succeeded", channel, data });
  }

  /** @param {string} name @param {object} details */
  emit(name, details) {
    const event = Object.assign(new Event(name), details);
    this.dispatchEvent(event);
    /** @type {any} */ (this)[`on${name}`]?.(event);
  }
}
