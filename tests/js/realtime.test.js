/** @import {Callbacks} from "../../static/realtime/client.js" */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { createRealtimeClient } from "../../static/realtime/client.js";
import { pusher } from "../../static/realtime/drivers/pusher.js";
import { websocket } from "../../static/realtime/drivers/websocket.js";
import { retryAfterMs } from "../../static/realtime/retry_after.js";
import { createWatchdog } from "../../static/realtime/watchdog.js";
import { createClock, settled } from "./clock.js";
import { createBrowser, EMBEDDED, listen, listening } from "./listening.js";
import { createProtocolServer } from "./protocol_server.js";

describe("without any live connection", () => {
  const never = () => assert.fail("No callback was expected.");
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
  const page = {
    fetch: never,
    location: { hostname: "poker.example", port: "", protocol: "http:" },
    document: { cookie: "" },
  };

  for (const provider of ["log", "null", "memory", "somebody's own", "toString"]) {
    test(`the provider "${provider}" never connects and reports nothing`, () => {
      const config = { ...EMBEDDED, provider };
      const client = createRealtimeClient({ config, sessionId, callbacks });
      client.kick();
      client.disconnect();
    });
  }

  for (const [name, driver] of Object.entries({ pusher, websocket })) {
    test(`without the browser APIs that ${name} needs, the page polls`, () => {
      const client = driver({ config: EMBEDDED, channel: "room", callbacks }, page);
      client.kick();
      client.disconnect();
    });
  }
});

test("with a library that cannot decrypt, an encrypted room polls", async () => {
  const page = listen("pusher-js, encrypted", { library: "pusher.min.js" });
  assert.deepEqual(
    page.calls.map(([callback]) => callback),
    ["onError"],
  );
  page.client.kick();
  await page.clock.pass(600_000);
  assert.equal(page.calls.length, 1);
});

describe("the client", () => {
  // So that a client that a failed test leaves behind does not go on.
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.reset());

  /**
   * One in a browser of its own, once it is subscribed.
   *
   * @param {Omit<Parameters<typeof createRealtimeClient>[0], "config">} options
   */
  async function begin(options) {
    const clock = createClock();
    const server = createProtocolServer(clock);
    const globals = createBrowser(server);
    for (const name of /** @type {const} */ (["WebSocket", "location", "document"])) {
      const value = globals[name];
      Object.defineProperty(globalThis, name, { value, configurable: true });
    }
    mock.method(globalThis, "fetch", globals.fetch);
    const config = { ...EMBEDDED, provider: "websocket" };
    const client = createRealtimeClient({ config, ...options });
    await clock.pass(0);
    await settled();
    return { clock, client, server };
  }

  test("gives an event as one message, on the session's channel", async () => {
    /** @type {unknown[]} */
    const messages = [];
    const { client, server } = await begin({
      sessionId: "abcdefgh12345678",
      callbacks: { onEvent: (...message) => void messages.push(message) },
    });
    const channel = "private-planning-poker-abcdefgh12345678";
    server.publish(channel, "vote", { version: 8 });
    client.disconnect();
    assert.deepEqual(messages, [[{ type: "vote", data: { version: 8 } }]]);
  });

  test("listens to the channel that is named", async () => {
    const { client, server } = await begin({ channel: "planning-poker-x-2" });
    assert.deepEqual(
      server.authRequests.map(({ channel }) => channel),
      ["private-planning-poker-x-2", "presence-planning-poker-x-2"],
    );
    client.disconnect();
  });

  const some = {
    "no callbacks": undefined,
    "no callback": {},
    "one that is undefined": { onEvent: undefined },
    "four of the six": {
      onEvent() {},
      onConnected() {},
      onDisconnected() {},
      onError() {},
    },
  };
  for (const [name, callbacks] of Object.entries(some)) {
    test(`needs ${name}`, async () => {
      const { client, server } = await begin({ sessionId: "x", callbacks });
      server.publish("private-planning-poker-x", "vote", { version: 8 });
      server.tellPresence("pusher_internal:member_added", { user_id: "tom" });
      server.latest.tell({ event: "pusher:error", data: "{}" });
      server.latest.closes(1006);
      client.disconnect();
      assert.equal(server.connections.length, 1);
      assert.equal(server.authRequests.length, 2);
    });
  }

  test("keeps what its callbacks belong to", async () => {
    const mine = {
      heard: 0,
      onSubscribed() {
        this.heard += 1;
      },
    };
    const { client } = await begin({ sessionId: "x", callbacks: mine });
    client.disconnect();
    assert.equal(mine.heard, 1);
  });
});

describe("the watchdog", () => {
  test("it attempts after 1.5 s, then with growing delays up to 8 s", async () => {
    const clock = createClock();
    let attempts = 0;
    const watchdog = createWatchdog(() => {
      attempts += 1;
    }, clock);
    watchdog.start();
    const patience = [1500, 2250, 3375, 5062.5, 7593.75, 8000, 8000];
    for (const [before, delayMs] of patience.entries()) {
      await clock.pass(delayMs - 1);
      watchdog.start();
      assert.equal(attempts, before);
      await clock.pass(1);
      assert.equal(attempts, before + 1);
    }
    watchdog.stop();
    await clock.pass(60_000);
    assert.equal(attempts, patience.length);
  });
});

describe("the browser's own WebSocket", () => {
  /** @param {number} code @param {() => number} random */
  async function msAfter(code, random) {
    const page = await listening("WebSocket", { random });
    page.server.latest.closes(code);
    return page.msUntilSubscribed(200_000);
  }

  test("the close code determines the delay, with jitter", async () => {
    /** @type {Record<number, [number, number]>} */
    const spans = {
      1006: [500, 1000],
      1012: [500, 1000],
      4001: [60_000, 120_000],
      4009: [60_000, 120_000],
      4100: [1000, 2000],
      4200: [0, 20],
      4301: [500, 1000],
    };
    for (const [code, [soonest, latest]] of Object.entries(spans)) {
      const first = await msAfter(Number(code), () => 0);
      const last = await msAfter(Number(code), () => 0.999);
      assert.ok(first >= soonest && first <= soonest + 20, `${code}: ${first} ms`);
      assert.ok(last <= latest && last >= latest * 0.99 - 10, `${code}: ${last} ms`);
    }
  });

  test("during an outage the delays grow up to 5 s", async () => {
    const page = await listening("WebSocket", { random: () => 0.999 });
    page.server.isUp = false;
    page.server.latest.closes(1006);
    await page.clock.pass(60_000);
    const { length } = page.server.connections;
    assert.ok(length > 12 && length < 18, `${length}`);
  });

  test("it ignores a signature for a closed socket", async () => {
    const page = listen("WebSocket");
    page.server.isHolding = true;
    await page.clock.pass(0);
    page.server.latest.closes(1006);
    await page.clock.pass(1000);
    page.server.release();
    page.server.release();
    await page.clock.pass(0);
    assert.deepEqual(page.server.latest.heard, []);
  });

  test("it respects the application's Retry-After", async () => {
    const page = listen("WebSocket");
    const headers = { "Retry-After": "20" };
    page.server.refusal = { status: 429, body: {}, headers };
    await page.clock.pass(0);
    page.server.refusal = null;
    await page.clock.pass(19_000);
    assert.deepEqual(page.callsTo("onSubscribed"), []);
    await page.clock.pass(1000);
    assert.equal(page.callsTo("onSubscribed").length, 1);
  });

  test("it retries if the application or the server does not answer", async () => {
    const page = listen("WebSocket");
    page.server.isHolding = true;
    await page.clock.pass(0);
    page.server.isHolding = false;
    await page.clock.pass(15_000);
    assert.equal(page.callsTo("onSubscribed").length, 1);

    const refused = listen("WebSocket");
    refused.server.full.add("private-room");
    await refused.clock.pass(14_000);
    refused.server.full.clear();
    await refused.clock.pass(1000);
    assert.equal(refused.callsTo("onSubscribed").length, 1);
  });

  test("it soon retries what a firewall in front of the application refused", async () => {
    const page = listen("WebSocket");
    page.server.refusal = { status: 403, body: "<h1>Forbidden</h1>" };
    await page.clock.pass(5000);
    assert.deepEqual(
      page.callsTo("onError").filter(([{ kind }]) => kind === "refused"),
      [],
    );
    page.server.refusal = null;
    await page.clock.pass(5000);
    assert.equal(page.callsTo("onSubscribed").length, 1);
  });

  test("it follows no redirect", async () => {
    const page = listen("WebSocket");
    await page.clock.pass(0);
    assert.deepEqual(new Set(page.page.redirects), new Set(["manual"]));
  });

  test("a full presence channel is retried once a minute", async () => {
    const page = listen("WebSocket");
    page.server.full.add("presence-room");
    await page.clock.pass(59_000);
    page.server.full.clear();
    assert.deepEqual(page.callsTo("onPresence"), []);
    await page.clock.pass(2000);
    assert.deepEqual(page.callsTo("onPresence"), [[new Set(["amira"])]]);
  });

  test("no message from the server throws or ends the connection", async () => {
    const page = await listening("WebSocket");
    const events = [
      "pusher_internal:subscription_succeeded",
      "pusher_internal:member_added",
      "pusher:subscription_error",
      "pusher:error",
      "pusher:nonsense",
      "toString",
    ];
    const frames = ["", "not JSON", "null", "12", "[]", "{}", '{"event":1}'];
    for (const text of frames) page.server.latest.tellText(text);
    for (const event of events) {
      for (const data of [undefined, null, "", "null", 12, "{}"]) {
        page.server.latest.tell({ event, data });
      }
    }
    page.publish("vote", { version: 8 });
    assert.deepEqual(page.callsTo("onEvent").at(-1), [
      { type: "vote", data: { version: 8 } },
    ]);
    assert.deepEqual(page.callsTo("onDisconnected"), []);
  });

  test("an address that the browser forbids is reported and retried", async () => {
    const page = await listening("WebSocket");
    page.server.isForbidden = true;
    page.client.kick();
    await page.clock.pass(1000);
    assert.equal(page.callsTo("onError").at(-1)?.[0].kind, "connection");
    page.server.isForbidden = false;
    assert.ok((await page.msUntilSubscribed(61_000)) <= 61_000);
  });
});

describe("Retry-After", () => {
  const now = Date.parse("Wed, 21 Oct 2026 07:43:00 GMT");
  const delays = {
    seconds: [{ "Retry-After": "20" }, 20_000],
    "a date, by a page whose clock is right": [
      { "Retry-After": "Wed, 21 Oct 2026 07:43:20 GMT" },
      20_000,
    ],
    "a date, by a page whose clock is 15 minutes off": [
      {
        "Retry-After": "Wed, 21 Oct 2026 07:28:20 GMT",
        Date: "Wed, 21 Oct 2026 07:28:00 GMT",
      },
      20_000,
    ],
    "far too long": [{ "Retry-After": "86400" }, 120_000],
    nonsense: [{ "Retry-After": "soon" }, 0],
    nothing: [{}, 0],
  };
  for (const [name, [headers, delayMs]] of Object.entries(delays)) {
    test(name, () => {
      const given = new Headers(/** @type {Record<string, string>} */ (headers));
      assert.equal(retryAfterMs(given, now), delayMs);
    });
  }
});
