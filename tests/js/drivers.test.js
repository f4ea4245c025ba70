/** What every driver promises, whatever the browser listens with. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settled } from "./clock.js";
import { DRIVERS, listen, listening } from "./listening.js";

/** Longer than any driver waits before it tries what a person had to mend. */
const A_LONG_WHILE_MS = 130_000;

/** Close codes (Pusher protocol 7, 1000 to 1015 of RFC 6455), and how soon it is back. */
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

  describe(`${name}: where it connects to`, () => {
    /** @param {Parameters<typeof listen>[1]} options */
    const addressFor = (options) => {
      const { server } = begin(options);
      const { protocol, host, pathname, searchParams } = new URL(server.latest.url);
      assert.equal(searchParams.get("protocol"), "7");
      return `${protocol}//${host}${pathname}`;
    };

    test("without a host it is the page's own, with TLS as the page", () => {
      assert.equal(addressFor({}), "wss://poker.example/app/key");
    });

    test("a page on a port of its own keeps it", () => {
      const location = { port: "8000", protocol: "http:" };
      assert.equal(addressFor({ location }), "ws://poker.example:8000/app/key");
    });

    test("what the server says about another host is done", () => {
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

    test("it asks for both channels with the CSRF token of that moment", async () => {
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

    test("it opens one connection and keeps it", async () => {
      const { clock, server } = await beginListening();
      await clock.pass(600_000);
      assert.equal(server.connections.length, 1);
    });
  });

  describe(`${name}: what it tells`, () => {
    test("that it is connected, and from when on nothing is missed", async () => {
      const { calls, clock } = begin();
      assert.equal(calls.length, 0);
      await clock.pass(0);
      assert.deepEqual(
        calls.map(([callback]) => callback),
        ["onConnected", "onSubscribed", "onPresence"],
      );
    });

    test("every event, in order, but the protocol's own", async () => {
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
        ["onEvent", "vote", { version: 8 }],
        ["onEvent", "refetch", {}],
      ]);
    });

    test("a drop at once, and that nobody knows who is there", async () => {
      const { calls, server } = await beginListening();
      server.latest.closes(1006);
      const told = calls.filter(([callback]) => callback !== "onError");
      assert.deepEqual(told, [["onDisconnected"], ["onPresence", null]]);
    });

    test("a connection that never was is no drop", async () => {
      const page = begin();
      page.server.isUp = false;
      await page.clock.pass(20_000);
      assert.deepEqual(page.told("onDisconnected"), []);
    });

    test("who is there, after each change, by person and not by tab", async () => {
      const page = begin();
      page.server.presentIds = ["amira", 12];
      await page.clock.pass(0);
      page.server.tellPresence("pusher_internal:member_added", { user_id: "tom" });
      page.server.tellPresence("pusher_internal:member_added", { user_id: "tom" });
      page.server.tellPresence("pusher_internal:member_removed", { user_id: 12 });
      assert.deepEqual(page.told("onPresence").at(0), [new Set(["amira", "12"])]);
      assert.deepEqual(page.told("onPresence").at(1), [
        new Set(["amira", "12", "tom"]),
      ]);
      assert.deepEqual(page.told("onPresence").at(-1), [new Set(["amira", "tom"])]);
    });

    test("who left while it was away is not there any more", async () => {
      const page = begin();
      page.server.presentIds = ["amira", "jonas"];
      await page.clock.pass(0);
      page.server.latest.closes(1006);
      page.server.presentIds = ["amira"];
      await page.msUntilSubscribed(5000);
      await page.clock.pass(0);
      assert.deepEqual(page.told("onPresence").at(-1), [new Set(["amira"])]);
    });

    test("a refusal by the application, as one", async () => {
      const page = begin();
      page.server.refusal = { status: 403, body: { code: "channel" } };
      await page.clock.pass(0);
      assert.deepEqual(
        page.told("onError").map(([{ kind }]) => kind),
        ["refused"],
      );
    });

    test("an application in trouble, which is no refusal", async () => {
      for (const status of [429, 500, 503]) {
        const page = begin();
        page.server.refusal = { status, body: {} };
        await page.clock.pass(0);
        const kinds = page.told("onError").map(([{ kind }]) => kind);
        assert.deepEqual(new Set(kinds), new Set(["connection"]), `${status}`);
      }
    });

    test("nothing that the server says throws into the page", async () => {
      const { clock, publish, server, told } = await beginListening();
      server.latest.tellText("not JSON");
      for (const event of ["pusher:error", "pusher:nonsense", "toString"]) {
        server.latest.tell({ event });
      }
      publish("vote", { version: 8 });
      await clock.pass(0);
      assert.deepEqual(told("onEvent").at(-1), ["vote", { version: 8 }]);
      assert.deepEqual(told("onDisconnected"), []);
    });
  });

  describe(`${name}: how it comes back`, () => {
    for (const [limit, codes] of Object.entries(CLOSE_CODES)) {
      for (const code of codes) {
        test(`after close code ${code}, within ${Number(limit) / 1000} s`, async () => {
          const page = await beginListening();
          page.server.latest.closes(code);
          assert.ok((await page.msUntilSubscribed(Number(limit))) <= Number(limit));
          page.publish("vote", { version: 8 });
          assert.deepEqual(page.told("onEvent"), [["vote", { version: 8 }]]);
        });
      }
    }

    test("where the server speaks TLS only, with TLS", async () => {
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

    test("ever again, without trying in a tight loop", async () => {
      const page = await beginListening();
      page.server.latest.closes(4200);
      page.server.isUp = false;
      await page.clock.pass(60_000);
      assert.ok(page.server.connections.length > 5);
      assert.ok(page.server.connections.length < 60);
    });

    test("from a server that takes connections and then says nothing", async () => {
      const page = await beginListening();
      page.server.isMute = true;
      page.server.latest.closes(1006);
      await page.clock.pass(20_000);
      page.server.isMute = false;
      assert.ok((await page.msUntilSubscribed(20_000)) <= 20_000);
    });

    test("from a connection that died unnoticed", async () => {
      const page = await beginListening();
      page.server.isMute = true;
      await page.clock.pass(119_000);
      assert.notEqual(page.server.latest.heard.at(-1)?.event, "pusher:ping");
      await page.clock.pass(2000);
      assert.equal(page.server.latest.heard.at(-1)?.event, "pusher:ping");
      page.server.isMute = false;
      assert.ok((await page.msUntilSubscribed(32_000)) <= 32_000);
    });

    test("after as little silence as the server wants", async () => {
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

    test("an application that is down for a while is asked again", async () => {
      for (const refusal of [null, { status: 500 }, { status: 403 }]) {
        const page = begin();
        page.server.isApplicationUp = refusal !== null;
        page.server.refusal = refusal;
        await page.clock.pass(10_000);
        assert.deepEqual(page.told("onSubscribed"), []);
        page.server.isApplicationUp = true;
        page.server.refusal = null;
        const ms = await page.msUntilSubscribed(A_LONG_WHILE_MS);
        assert.ok(ms <= A_LONG_WHILE_MS, JSON.stringify(refusal));
      }
    });

    test("a signature that comes after a drop is worth nothing, the next all", async () => {
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
      assert.equal(page.told("onSubscribed").length, 1);
      assert.equal(page.told("onConnected").length, 2);
    });

    test("events go on where presence is not to be had", async () => {
      const page = begin();
      page.server.full.add("presence-room");
      await page.clock.pass(0);
      page.publish("vote", { version: 8 });
      assert.deepEqual(page.told("onEvent"), [["vote", { version: 8 }]]);
      assert.deepEqual(page.told("onPresence"), []);
      await page.clock.pass(300_000);
      assert.equal(page.server.connections.length, 1);
    });
  });

  describe(`${name}: what the page may ask of it`, () => {
    test("a kick connects anew, now, even where all seems well", async () => {
      const page = await beginListening();
      page.client.kick();
      assert.deepEqual(page.calls.slice(0, 2), [
        ["onDisconnected"],
        ["onPresence", null],
      ]);
      await page.clock.pass(0);
      assert.equal(page.server.connections.length, 2);
      assert.equal(page.server.connections[0].readyState, 3);
      assert.equal(page.told("onSubscribed").length, 1);
    });

    test("a kick does not wait for what it waits for", async () => {
      for (const code of [1006, 4001, 4100]) {
        const page = await beginListening();
        page.server.latest.closes(code);
        page.client.kick();
        await page.clock.pass(0);
        assert.equal(page.told("onSubscribed").length, 1, `${code}`);
      }
    });

    test("after a goodbye it stays away, and a kick changes nothing", async () => {
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
      test(`a goodbye before ${itsFate} is one, too`, async () => {
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

    test("a goodbye while it is being authorised is one, too", async () => {
      const page = begin();
      page.server.isHolding = true;
      await page.clock.pass(0);
      page.client.disconnect();
      page.server.isHolding = false;
      for (let answer = 0; answer < 2; answer += 1) page.server.release();
      await settled();
      await page.clock.pass(600_000);
      assert.deepEqual(page.told("onSubscribed"), []);
      assert.equal(page.server.connections.length, 1);
    });

    test("a goodbye, or a kick, the moment it has something to send", async () => {
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
        assert.equal(page.told("onEvent").length, connections - 1, ask);
      }
    });

    test("nothing is told after a goodbye", async () => {
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
