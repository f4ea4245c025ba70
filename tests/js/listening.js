/**
 * A fake browser for each driver: the browser's WebSocket and the unmodified pusher-js,
 * both with the same fake server and clock.
 *
 * @import {Callbacks, ClientConfig, RealtimeClient} from "../../static/realtime/client.js"
 */

import { readFileSync } from "node:fs";
import { compileFunction } from "node:vm";
import { pusher } from "../../static/realtime/drivers/pusher.js";
import { websocket } from "../../static/realtime/drivers/websocket.js";
import { createClock } from "./clock.js";
import { createProtocolServer } from "./protocol_server.js";

/** The client configuration of the embedded server. @type {ClientConfig} */
export const EMBEDDED = {
  provider: "pusher",
  key: "key",
  cluster: "",
  wsHost: "",
  wsPort: null,
  wssPort: null,
  wsPath: "",
  forceTLS: null,
  authEndpoint: "/realtime/auth/",
  channelPrefix: "private-",
};

const CALLBACKS = [
  "onEvent",
  "onConnected",
  "onDisconnected",
  "onError",
  "onSubscribed",
  "onPresence",
];

export const DRIVERS = {
  "pusher-js": { driver: pusher, library: "pusher.min.js", config: {} },
  "pusher-js, encrypted": {
    driver: pusher,
    library: "pusher-with-encryption.min.js",
    config: { channelPrefix: /** @type {const} */ ("private-encrypted-") },
  },
  WebSocket: { driver: websocket, library: "", config: { provider: "websocket" } },
};

/**
 * @typedef {ReturnType<typeof listen>} Listening
 *
 * @param {keyof typeof DRIVERS} name
 * @param {object} [options]
 * @param {Partial<ClientConfig>} [options.config]
 * @param {Partial<Location>} [options.location]
 * @param {() => number} [options.random]
 * @param {string} [options.library]
 */
export function listen(name, { config, location, random, library } = {}) {
  const way = DRIVERS[name];
  const clock = createClock(random);
  const server = createProtocolServer(clock);
  /** @type {[string, ...any[]][]} */
  const calls = [];
  const callbacks = Object.fromEntries(
    CALLBACKS.map((callback) => [
      callback,
      (/** @type {unknown[]} */ ...data) => void calls.push([callback, ...data]),
    ]),
  );
  const page = createBrowser(server, location);
  if (way.library) loadLibrary(page, library ?? way.library, clock);
  const wholeConfig = { ...EMBEDDED, ...way.config, ...config };
  const client = way.driver(
    {
      config: wholeConfig,
      channel: "room",
      callbacks: /** @type {Callbacks} */ (/** @type {unknown} */ (callbacks)),
    },
    page,
    clock,
  );
  return {
    calls,
    client: /** @type {RealtimeClient} */ (client),
    clock,
    page,
    server,
    eventsChannel: `${wholeConfig.channelPrefix}room`,

    /** The arguments of each call of a callback. @param {string} callback */
    callsTo: (callback) =>
      calls.filter(([called]) => called === callback).map(([, ...data]) => data),

    /** @param {string} type @param {unknown} data */
    publish: (type, data) =>
      server.publish(`${wholeConfig.channelPrefix}room`, type, data),

    /** The time until it is subscribed again, in steps of 10 ms. @param {number} limitMs */
    async msUntilSubscribed(limitMs) {
      const before = calls.length;
      const isBack = () =>
        calls.slice(before).some(([callback]) => callback === "onSubscribed");
      const start = clock.now();
      while (!isBack() && clock.now() - start < limitMs) await clock.pass(10);
      return isBack() ? clock.now() - start : Number.POSITIVE_INFINITY;
    },
  };
}

/** One that is subscribed already. @type {(...options: Parameters<typeof listen>) => Promise<Listening>} */
export async function listening(...options) {
  const page = listen(...options);
  await page.clock.pass(0);
  page.calls.length = 0;
  return page;
}

/**
 * @param {ReturnType<typeof createProtocolServer>} server
 * @param {Partial<Location>} [location]
 */
export function createBrowser(server, location) {
  /** @param {string} url */
  function WebSocket(url) {
    return server.opened(url);
  }
  WebSocket.CONNECTING = 0;

  class XMLHttpRequest {
    headers = new Headers();
    readyState = 0;
    status = 0;
    responseText = "";
    onreadystatechange = () => {};

    open() {}

    /** @param {string} name @param {string} value */
    setRequestHeader(name, value) {
      this.headers.set(name, value);
    }

    /** @param {string} body */
    async send(body) {
      const none = { status: 0, body: "" };
      const answer = await server.authorise(body, this.headers).catch(() => none);
      this.readyState = 4;
      this.status = answer.status;
      this.responseText = JSON.stringify(answer.body);
      this.onreadystatechange();
    }
  }

  const page = {
    Pusher: /** @type {any} */ (undefined),
    WebSocket: /** @type {any} */ (WebSocket),
    XMLHttpRequest,
    JSON,
    navigator: { onLine: true },
    crypto: globalThis.crypto,
    location: { hostname: "poker.example", port: "", protocol: "https:", ...location },
    document: { cookie: "csrftoken=first", body: {}, location: { protocol: "" } },
    /** @type {(string | undefined)[]} */
    redirects: [],
    addEventListener() {},
    clearTimeout: (/** @type {() => void} */ callOff) => callOff?.(),

    /** @param {RequestInfo | URL} _url @param {RequestInit} [init] */
    async fetch(_url, { body, headers, redirect } = {}) {
      page.redirects.push(redirect);
      const form = String(body);
      const { status, ...answer } = await server.authorise(form, new Headers(headers));
      return Response.json(answer.body ?? null, { status, headers: answer.headers });
    },
  };
  page.document.location = page.location;
  return page;
}

/**
 * Like a script element.
 *
 * @param {ReturnType<typeof createBrowser>} page
 * @param {string} file
 * @param {ReturnType<typeof createClock>} clock
 */
function loadLibrary(page, file, clock) {
  const path = new URL(
    `../../node_modules/pusher-js/dist/web/${file}`,
    import.meta.url,
  );
  const globals = {
    window: page,
    self: page,
    document: page.document,
    setTimeout: (/** @type {() => void} */ run, delayMs = 0) =>
      clock.after(delayMs, run),
    Date: { now: clock.now },
  };
  const run = compileFunction(readFileSync(path, "utf8"), Object.keys(globals));
  run(...Object.values(globals));
}
