/** What every driver guarantees, whatever its transport. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settled } from "./clock.js";
import { DRIVERS, listen, listening } from "./listening.js";

/** Longer than any driver waits before it retries what only a person can fix. */
const A_LONG_WHILE_MS = 130_000;

/** Close codes (Pusher protocol 7, 1000 to 1015 of RFC 6455), and the time to reconnect. */
const CLOSE_CODES = {
  2000: [1000, 1001, 1006, 1008, 1009, 1011, 1012, 1013, 1002, 1003, 1004, 4301, 4302],
  2001: [4100, 4200, 4201, 4202],
  [A_LONG_WHILE_MS]: [4000, 4001, 4003, 4004, 4005, 4006, 4007, 4008, 4009],
};

for (const name of /** @type {(keyof typeof DRIVERS)[]} */ (Object.keys(DRIVERS))) {
  /** @param {Parameters<typeof listen>[1]} [options] */
  const begin = (options) => listen(name, options);
  /** @param {Parameters<typeof listen>[1]} [options] */
  const beginListening = (options) => listening(name, options);

  describe(`${name}: the address`, () => {
    /** @param {Parameters<typeof listen>[1]} options */
    const addressFor = (options) => {
      const { server } = begin(options);
      const { protocol, host, pathname, searchParams } = new URL(server.latest.url);
      assert.equal(searchParams.get("protocol"), "7");
      return `${protocol}//${host}${pathname}`;
    };

    test("without a host it is the page's host, with TLS like the page", () => {
      assert.equal(addressFor({}), "wss://poker.example/app/key");
    });

    test("without a port it is the page's port", () => {
      const location = { port: "8000", protocol: "http:" };
      assert.equal(addressFor({ location }), "ws://poker.example:8000/app/key");
    });

    test("the server can name another host, port and path", () => {
      const config = {
        key: "abc",
        wsHost: "live.example",
        wsPort: 80,
        wssPort: 6001,
        wsPath: "/live",
        forceTLS: true,
      };
      assert.equal(addressFor({ config }), "wss://live.example:6001/live/app/abc");
    });

    test("it authorises both channels with the current CSRF token", async () => {
      const { clock, eventsChannel, page, server } = begin();
      page.document.cookie = "theme=dark; csrftoken=second";
      await clock.pass(0);
      assert.deepEqual(
        server.authRequests.map(({ channel, headers }) => [
          channel,
          headers.get("X-CSRFToken"),
        ]),
        [
          [eventsChannel, "second"],
          ["presence-room", "second"],
        ],
      );
    });

    test("the CSRF cookie may have another name", async () => {
      const { clock, page, server } = begin({ config: { csrfCookie: "csrf-of-ours" } });
      page.document.cookie = "csrftoken=of-others; csrf-of-ours=third";
      await clock.pass(0);
      const tokens = server.authRequests.map(({ headers }) =>
        headers.get("X-CSRFToken"),
      );
      assert.deepEqual(tokens, ["third", "third"]);
    });

    test("it opens one connection and keeps it", async () => {
      const { clock, server } = await beginListening();
      await clock.pass(600_000);
      assert.equal(server.connections.length, 1);
    });
  });

  describe(`${name}: the callbacks`, () => {
    test("it reports the connection, then the subscription", async () => {
      const { calls, clock } = begin();
      assert.equal(calls.length, 0);
      await clock.pass(0);
      assert.deepEqual(
        calls.map(([callback]) => callback),
        ["onConnected", "onSubscribed", "onPresence"],
      );
    });

    test("it reports every event in order, except the protocol's own", async () => {
      const { calls, eventsChannel, publish, server } = await beginListening();
      publish("vote", { version: 8 });
      server.latest.tell({ event: "pusher:pong", data: "{}" });
      server.latest.tell({
        event: "pusher_internal:subscription_count",
        channel: eventsChannel,
        data: '{"subscription_count":2}',
      });
      publish("refetch", {});
      assert.deepEqual(calls, [
        ["onEvent", { type: "vote", data: { version: 8 } }],
        ["onEvent", { type: "refetch", data: {} }],
      ]);
    });

    test("a disconnect is reported at once, and presence becomes unknown", async () => {
      const { calls, server } = await beginListening();
      server.latest.closes(1006);
      const calledBack = calls.filter(([callback]) => callback !== "onError");
      assert.deepEqual(calledBack, [["onDisconnected"], ["onPresence", null]]);
    });

    test("a connection that never opened is not reported as a disconnect", async () => {
      const page = begin();
      page.server.isUp = false;
      await page.clock.pass(20_000);
      assert.deepEqual(page.callsTo("onDisconnected"), []);
    });

    test("presence is reported after each change, by person and not by tab", async () => {
      const page = begin();
      page.server.presentIds = ["amira", 12];
      await page.clock.pass(0);
      page.server.tellPresence("pusher_internal:member_added", { user_id: "tom" });
      page.server.tellPresence("pusher_internal:member_added", { user_id: "tom" });
      page.server.tellPresence("pusher_internal:member_removed", { user_id: 12 });
      assert.deepEqual(page.callsTo("onPresence").at(0), [new Set(["amira", "12"])]);
      assert.deepEqual(page.callsTo("onPresence").at(1), [
        new Set(["amira", "12", "tom"]),
      ]);
      assert.deepEqual(page.callsTo("onPresence").at(-1), [new Set(["amira", "tom"])]);
    });

    test("a member who left during an outage is no longer online", async () => {
      const page = begin();
      page.server.presentIds = ["amira", "jonas"];
      await page.clock.pass(0);
      page.server.latest.closes(1006);
      page.server.presentIds = ["amira"];
      await page.msUntilSubscribed(5000);
      await page.clock.pass(0);
      assert.deepEqual(page.callsTo("onPresence").at(-1), [new Set(["amira"])]);
    });

    test("a refusal by the application is reported as a refusal", async () => {
      const page = begin();
      page.server.refusal = { status: 403, body: { code: "channel" } };
      await page.clock.pass(0);
      assert.deepEqual(
        page.callsTo("onError").map(([{ kind }]) => kind),
        ["refused"],
      );
    });

    test("a failing application is not reported as a refusal", async () => {
      for (const status of [429, 500, 503]) {
        const page = begin();
        page.server.refusal = { status, body: {} };
        await page.clock.pass(0);
        const kinds = page.callsTo("onError").map(([{ kind }]) => kind);
        assert.deepEqual(new Set(kinds), new Set(["connection"]), `${status}`);
      }
    });

    test("no message from the server throws into the page", async () => {
      const { clock, publish, server, callsTo } = await beginListening();
      server.latest.tellText("not JSON");
      for (const event of ["pusher:error", "pusher:nonsense", "toString"]) {
        server.latest.tell({ event });
      }
      publish("vote", { version: 8 });
      await clock.pass(0);
      assert.deepEqual(callsTo("onEvent").at(-1), [
        { type: "vote", data: { version: 8 } },
      ]);
      assert.deepEqual(callsTo("onDisconnected"), []);
    });
  });

  describe(`${name}: how it reconnects`, () => {
    for (const [limit, codes] of Object.entries(CLOSE_CODES)) {
      for (const code of codes) {
        test(`after close code ${code}, within ${Number(limit) / 1000} s`, async () => {
          const page = await beginListening();
          page.server.latest.closes(code);
          assert.ok((await page.msUntilSubscribed(Number(limit))) <= Number(limit));
          page.publish("vote", { version: 8 });
          assert.deepEqual(page.callsTo("onEvent"), [
            [{ type: "vote", data: { version: 8 } }],
          ]);
        });
      }
    }

    test("with TLS if the server requires it", async () => {
      const page = await beginListening({ location: { protocol: "http:", port: "" } });
      assert.match(page.server.latest.url, /^ws:/);
      page.server.latest.closes(4000);
      await page.clock.pass(5000);
      assert.match(page.server.latest.url, /^wss:/);
    });

    for (const seconds of [1, 3, 20, 120]) {
      test(`within 8 s after an outage of ${seconds} s`, async () => {
        const page = await beginListening();
        page.server.latest.closes(1006);
        page.server.isUp = false;
        await page.clock.pass(seconds * 1000);
        page.server.isUp = true;
        assert.ok((await page.msUntilSubscribed(8000)) <= 8000);
      });
    }

    test("forever, without a tight loop", async () => {
      const page = await beginListening();
      page.server.latest.closes(4200);
      page.server.isUp = false;
      await page.clock.pass(60_000);
      assert.ok(page.server.connections.length > 5);
      assert.ok(page.server.connections.length < 60);
    });

    test("after a server accepts connections without answering", async () => {
      const page = await beginListening();
      page.server.isMute = true;
      page.server.latest.closes(1006);
      await page.clock.pass(20_000);
      page.server.isMute = false;
      assert.ok((await page.msUntilSubscribed(20_000)) <= 20_000);
    });

    test("after a connection died without a close event", async () => {
      const page = await beginListening();
      page.server.isMute = true;
      await page.clock.pass(119_000);
      assert.notEqual(page.server.latest.heard.at(-1)?.event, "pusher:ping");
      await page.clock.pass(2000);
      assert.equal(page.server.latest.heard.at(-1)?.event, "pusher:ping");
      page.server.isMute = false;
      assert.ok((await page.msUntilSubscribed(32_000)) <= 32_000);
    });

    test("after the activity timeout that the server names", async () => {
      const page = begin();
      page.server.activityTimeout = 30;
      await page.clock.pass(29_000);
      assert.notEqual(page.server.latest.heard.at(-1)?.event, "pusher:ping");
      await page.clock.pass(1500);
      assert.equal(page.server.latest.heard.at(-1)?.event, "pusher:ping");
      await page.clock.pass(60_000);
      assert.equal(page.server.connections.length, 1);
    });

    test("it answers the server's own ping", async () => {
      const { clock, server } = await beginListening();
      server.latest.tell({ event: "pusher:ping", data: "{}" });
      await clock.pass(0);
      assert.equal(server.latest.heard.at(-1)?.event, "pusher:pong");
    });

    test("it retries an application that is down for a while", async () => {
      for (const refusal of [null, { status: 500 }, { status: 403 }]) {
        const page = begin();
        page.server.isApplicationUp = refusal !== null;
        page.server.refusal = refusal;
        await page.clock.pass(10_000);
        assert.deepEqual(page.callsTo("onSubscribed"), []);
        page.server.isApplicationUp = true;
        page.server.refusal = null;
        const ms = await page.msUntilSubscribed(A_LONG_WHILE_MS);
        assert.ok(ms <= A_LONG_WHILE_MS, JSON.stringify(refusal));
      }
    });

    test("a signature that arrives after a disconnect is ignored, the next one is used", async () => {
      const page = begin();
      page.server.isHolding = true;
      await page.clock.pass(0);
      const first = page.server.latest;
      first.closes(1006);
      await page.clock.pass(1000);
      assert.notEqual(page.server.latest, first);
      // The answers for the first connection arrive on the second, then its own.
      page.server.isHolding = false;
      for (let answer = 0; answer < 4; answer += 1) page.server.release();
      await page.clock.pass(0);
      assert.deepEqual(
        page.server.latest.channels,
        new Set([page.eventsChannel, "presence-room"]),
      );
      assert.equal(page.callsTo("onSubscribed").length, 1);
      assert.equal(page.callsTo("onConnected").length, 2);
    });

    test("events continue without presence", async () => {
      const page = begin();
      page.server.full.add("presence-room");
      await page.clock.pass(0);
      page.publish("vote", { version: 8 });
      assert.deepEqual(page.callsTo("onEvent"), [
        [{ type: "vote", data: { version: 8 } }],
      ]);
      assert.deepEqual(page.callsTo("onPresence"), []);
      await page.clock.pass(300_000);
      assert.equal(page.server.connections.length, 1);
    });
  });

  describe(`${name}: what the page can request`, () => {
    test("a kick reconnects now, even if the connection seems fine", async () => {
      const page = await beginListening();
      page.client.kick();
      assert.deepEqual(page.calls.slice(0, 2), [
        ["onDisconnected"],
        ["onPresence", null],
      ]);
      await page.clock.pass(0);
      assert.equal(page.server.connections.length, 2);
      assert.equal(page.server.connections[0].readyState, 3);
      assert.equal(page.callsTo("onSubscribed").length, 1);
    });

    test("a kick ends the current delay", async () => {
      for (const code of [1006, 4001, 4100]) {
        const page = await beginListening();
        page.server.latest.closes(code);
        page.client.kick();
        await page.clock.pass(0);
        assert.equal(page.callsTo("onSubscribed").length, 1, `${code}`);
      }
    });

    test("after disconnecting it stays disconnected, even after a kick", async () => {
      const page = await beginListening();
      page.client.disconnect();
      assert.deepEqual(page.calls, [["onDisconnected"], ["onPresence", null]]);
      page.client.kick();
      await page.clock.pass(600_000);
      assert.equal(page.server.connections.length, 1);
      assert.equal(page.server.latest.readyState, 3);
      assert.equal(page.calls.length, 2);
    });

    for (const isUp of [true, false]) {
      const itsFate = isUp ? "it is let in" : "it fails";
      test(`disconnecting works before ${itsFate}`, async () => {
        const page = begin();
        page.server.isUp = isUp;
        page.client.disconnect();
        await page.clock.pass(600_000);
        assert.deepEqual(page.calls, []);
        assert.equal(page.server.connections.length, 1);
        assert.equal(page.server.latest.readyState, 3);
        assert.equal(page.server.latest.isCutShort, false);
        assert.deepEqual(page.server.authRequests, []);
      });
    }

    test("disconnecting works during the authorisation", async () => {
      const page = begin();
      page.server.isHolding = true;
      await page.clock.pass(0);
      page.client.disconnect();
      page.server.isHolding = false;
      for (let answer = 0; answer < 2; answer += 1) page.server.release();
      await settled();
      await page.clock.pass(600_000);
      assert.deepEqual(page.callsTo("onSubscribed"), []);
      assert.equal(page.server.connections.length, 1);
    });

    test("disconnecting, or a kick, just as it is about to send", async () => {
      for (const [ask, connections] of /** @type {const} */ ([
        ["disconnect", 1],
        ["kick", 2],
      ])) {
        const page = begin();
        page.server.isHolding = true;
        await page.clock.pass(0);
        page.server.isHolding = false;
        for (let answer = 0; answer < 2; answer += 1) page.server.release();
        await settled();
        page.client[ask]();
        await page.clock.pass(600_000);
        assert.equal(page.server.connections.length, connections, ask);
        assert.equal(page.server.connections[0].readyState, 3, ask);
        page.publish("vote", { version: 8 });
        assert.equal(page.callsTo("onEvent").length, connections - 1, ask);
      }
    });

    test("nothing is reported after disconnecting", async () => {
      const page = await beginListening();
      page.client.disconnect();
      page.calls.length = 0;
      page.publish("vote", { version: 8 });
      await page.clock.pass(0);
      page.server.tellPresence("pusher_internal:member_added", { user_id: "tom" });
      await page.clock.pass(600_000);
      assert.deepEqual(page.calls, []);
    });
  });
}
