/** @import {Callbacks, ClientConfig} from "../../static/realtime/client.js" */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRealtimeClient } from "../../static/realtime/client.js";
import { pusher } from "../../static/realtime/drivers/pusher.js";
import { createClock } from "./clock.js";

/** The dispatcher of pusher-js: named listeners and those who hear everything. */
class Emitter {
  /** @type {[string | null, (...data: any[]) => void][]} */
  listeners = [];

  /** @param {string} name @param {(...data: any[]) => void} listener */
  bind(name, listener) {
    this.listeners.push([name, listener]);
  }

  /** @param {(...data: any[]) => void} listener */
  bind_global(listener) {
    this.listeners.push([null, listener]);
  }

  /** @param {string} name @param {any} [data] */
  emit(name, data) {
    for (const [wanted, listener] of this.listeners) {
      if (wanted === null) listener(name, data);
      if (wanted === name) listener(data);
    }
  }
}

/** What pusher-js does, as far as one can see it: states, channels, attempts. */
class FakePusher extends Emitter {
  /** @type {FakePusher} */
  static last;

  connection = Object.assign(new Emitter(), { state: "connecting" });
  /** @type {Record<string, Emitter & { members: { members: object } }>} */
  channels = {};
  attempts = 0;

  /** @param {string} key @param {import("pusher-js").Options} options */
  constructor(key, options) {
    super();
    this.key = key;
    this.options = options;
    FakePusher.last = this;
  }

  /** @param {string} name */
  subscribe(name) {
    this.channels[name] = Object.assign(new Emitter(), { members: { members: {} } });
    return this.channels[name];
  }

  connect() {
    this.attempts += 1;
    this.reaches("connecting");
  }

  disconnect() {
    this.reaches("disconnected");
  }

  /** @param {string} current */
  reaches(current) {
    const previous = this.connection.state;
    this.connection.state = current;
    if (previous !== current) {
      this.connection.emit("state_change", { previous, current });
    }
  }

  connected() {
    this.reaches("connected");
    this.channels["private-room"].emit("pusher:subscription_succeeded");
  }
}

/** What the server says when it is the embedded one. @type {ClientConfig} */
const embedded = {
  provider: "pusher",
  key: "key",
  cluster: "",
  wsHost: "",
  wsPort: null,
  wssPort: null,
  wsPath: "",
  forceTLS: null,
  authEndpoint: "/realtime/auth/",
};

/**
 * @param {Partial<ClientConfig>} [config]
 * @param {Partial<Location>} [location]
 */
function start(config = {}, location = {}) {
  /** @type {[string, ...unknown[]][]} */
  const calls = [];
  const clock = createClock();
  const document = { cookie: "csrftoken=first" };
  const record =
    (/** @type {string} */ name) =>
    (/** @type {unknown[]} */ ...data) =>
      void calls.push([name, ...data]);
  const client = pusher(
    {
      config: { ...embedded, ...config },
      channel: "room",
      callbacks: /** @type {Callbacks} */ (
        Object.fromEntries(
          [
            "onEvent",
            "onConnected",
            "onDisconnected",
            "onError",
            "onSubscribed",
            "onPresence",
          ].map((name) => [name, record(name)]),
        )
      ),
    },
    {
      Pusher: /** @type {any} */ (FakePusher),
      location: {
        hostname: "poker.example",
        port: "",
        protocol: "https:",
        ...location,
      },
      document,
    },
    clock,
  );
  return { calls, client, clock, document, library: FakePusher.last };
}

describe("where it connects to", () => {
  test("without a host it is the page's own, with TLS as the page", () => {
    const { options } = start().library;
    assert.deepEqual(
      [options.wsHost, options.wsPort, options.wssPort, options.forceTLS],
      ["poker.example", 443, 443, true],
    );
  });

  test("a page on a port of its own keeps it", () => {
    const { options } = start({}, { port: "8000", protocol: "http:" }).library;
    assert.deepEqual(
      [options.wsPort, options.wssPort, options.forceTLS],
      [8000, 8000, false],
    );
  });

  test("what the server says about another host is done", () => {
    const { key, options } = start({
      key: "abc",
      cluster: "eu",
      wsHost: "live.example",
      wsPort: 80,
      wssPort: 6001,
      wsPath: "/live",
      forceTLS: true,
    }).library;
    assert.equal(key, "abc");
    assert.deepEqual(
      [
        options.cluster,
        options.wsHost,
        options.wsPort,
        options.wssPort,
        options.wsPath,
      ],
      ["eu", "live.example", 80, 6001, "/live"],
    );
  });

  test("it never turns to the HTTP fallbacks of a third party", () => {
    assert.deepEqual(start().library.options.enabledTransports, ["ws"]);
  });

  test("it listens to the session's events and to who is there", () => {
    const { channels } = start().library;
    assert.deepEqual(Object.keys(channels), ["private-room", "presence-room"]);
  });

  test("the CSRF token is the one that holds when it is needed", () => {
    const { document, library } = start();
    document.cookie = "theme=dark; csrftoken=second";
    const authorization = /** @type {any} */ (library.options.channelAuthorization);
    assert.equal(authorization.endpoint, "/realtime/auth/");
    assert.deepEqual(authorization.headersProvider(), { "X-CSRFToken": "second" });
  });
});

describe("what it tells", () => {
  test("every event but the protocol's own", () => {
    const { calls, library } = start();
    library.emit("vote", { version: 8 });
    library.emit("pusher:pong", {});
    library.emit("refetch", {});
    assert.deepEqual(calls, [
      ["onEvent", "vote", { version: 8 }],
      ["onEvent", "refetch", {}],
    ]);
  });

  test("that it is connected, and from when on nothing is missed", () => {
    const { calls, library } = start();
    library.connected();
    assert.deepEqual(calls, [["onConnected"], ["onSubscribed"]]);
  });

  test("a drop at once, although pusher-js still calls itself connected", () => {
    const { calls, library } = start();
    library.connected();
    calls.length = 0;
    library.connection.emit("connecting_in", 1);
    assert.deepEqual(calls, [["onDisconnected"], ["onPresence", null]]);
    library.reaches("connecting");
    assert.equal(calls.length, 2);
  });

  test("who is there, after each change", () => {
    const { calls, library } = start();
    const presence = library.channels["presence-room"];
    presence.members.members = { amira: {}, jonas: {} };
    presence.emit("pusher:subscription_succeeded");
    presence.members.members = { amira: {} };
    presence.emit("pusher:member_removed", { id: "jonas" });
    assert.deepEqual(calls, [
      ["onPresence", new Set(["amira", "jonas"])],
      ["onPresence", new Set(["amira"])],
    ]);
  });

  test("what goes wrong", () => {
    const { calls, library } = start();
    const refusal = { type: "AuthError", status: 403 };
    library.channels["private-room"].emit("pusher:subscription_error", refusal);
    library.connection.emit("error", { type: "WebSocketError" });
    assert.deepEqual(calls, [
      ["onError", { kind: "refused", cause: refusal }],
      ["onError", { kind: "connection", cause: { type: "WebSocketError" } }],
    ]);
  });
});

describe("how it comes back", () => {
  /** @param {ReturnType<typeof start>} driver @param {number} ms */
  const attemptsWithin = async ({ clock, library }, ms) => {
    const before = library.attempts;
    await clock.pass(ms);
    return library.attempts - before;
  };

  test("it tries anew after 1.5 s, then ever more patiently, up to 8 s", async () => {
    const driver = start();
    for (const patience of [1500, 2250, 3375, 5062.5, 7593.75, 8000, 8000]) {
      assert.equal(await attemptsWithin(driver, patience - 1), 0);
      assert.equal(await attemptsWithin(driver, 1), 1);
    }
  });

  test("while events arrive it is left alone", async () => {
    const driver = start();
    driver.library.connected();
    assert.equal(await attemptsWithin(driver, 60_000), 0);
  });

  test("patience begins anew with every drop", async () => {
    const driver = start();
    await driver.clock.pass(30_000);
    driver.library.connected();
    driver.library.reaches("connecting");
    assert.equal(await attemptsWithin(driver, 1500), 1);
  });

  test("close codes after which pusher-js gives up are no end", async () => {
    const driver = start();
    driver.library.connected();
    driver.library.reaches("disconnected");
    assert.equal(await attemptsWithin(driver, 1500), 1);
  });

  test("a connection without the subscription is not enough", async () => {
    const driver = start();
    driver.library.reaches("connected");
    const refusal = { type: "AuthError", status: 500 };
    driver.library.channels["private-room"].emit("pusher:subscription_error", refusal);
    assert.equal(await attemptsWithin(driver, 1500), 1);
  });

  test("a kick connects anew even where all seems well", async () => {
    const driver = start();
    driver.library.connected();
    driver.calls.length = 0;
    driver.client.kick();
    assert.equal(driver.library.attempts, 1);
    assert.deepEqual(driver.calls[0], ["onDisconnected"]);
    assert.equal(await attemptsWithin(driver, 1500), 1);
  });

  test("after a goodbye it stays away", async () => {
    const driver = start();
    driver.library.connected();
    driver.client.disconnect();
    assert.equal(driver.library.connection.state, "disconnected");
    assert.equal(await attemptsWithin(driver, 60_000), 0);
  });
});

describe("without a live connection to be had", () => {
  const never = () => assert.fail("Nothing was to be told.");
  /** @type {Callbacks} */
  const callbacks = {
    onEvent: never,
    onConnected: never,
    onDisconnected: never,
    onError: never,
    onSubscribed: never,
    onPresence: never,
  };
  const sessionId = "abcdefgh12345678";

  for (const provider of ["memory", "somebody's own", "toString"]) {
    test(`the provider "${provider}" connects to nothing, quietly`, () => {
      const client = createRealtimeClient({
        config: { ...embedded, provider },
        sessionId,
        callbacks,
      });
      client.kick();
      client.disconnect();
    });
  }

  test("a library that did not load leaves the page to poll", () => {
    const client = pusher(
      { config: embedded, channel: "room", callbacks },
      {
        location: { hostname: "poker.example", port: "", protocol: "http:" },
        document: { cookie: "" },
      },
    );
    client.kick();
    client.disconnect();
  });
});
