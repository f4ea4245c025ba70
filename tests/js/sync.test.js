import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom, settled } from "./clock.js";
import { openLivePage, openPage } from "./page.js";
import { aMember, anEvent, aRoom, aTask, aVote } from "./rooms.js";
import { createServer } from "./server.js";

/** @import {PokerEvent, Room} from "../../static/room/state.js" */

/**
 * Delivers an event as a driver does.
 *
 * @param {Awaited<ReturnType<typeof openLivePage>>} page
 * @param {PokerEvent} event
 */
const receive = (page, event) => page.realtime.onEvent(event);

/**
 * Applies events on the server without publishing them to this page.
 *
 * @param {ReturnType<typeof createServer>} server
 * @param {PokerEvent[]} events
 */
function applyUnpublished(server, ...events) {
  const { publish } = server;
  server.publish = () => {};
  events.forEach(server.happens);
  server.publish = publish;
}

describe("the order of events", () => {
  test("the next event is applied at once, without a request", async () => {
    const page = await openLivePage();
    page.server.happens(aVote(8, "jonas"));
    assert.deepEqual(page.room().rounds[0]?.votedUserIds, ["jonas"]);
    assert.equal(page.server.requests.length, 0);
  });

  test("an event that is already applied changes nothing", async () => {
    const page = await openLivePage();
    page.server.happens(aVote(8, "jonas"));
    page.server.happens(aVote(9, "jonas", false));
    const known = page.room();
    receive(page, aVote(8, "jonas"));
    receive(page, aVote(9, "jonas"));
    assert.equal(page.room(), known);
    await page.clock.pass(10_000);
    assert.equal(page.server.requests.length, 0);
  });

  test("out-of-order events are sorted, without a request", async () => {
    const page = await openLivePage();
    receive(page, aVote(10, "jonas"));
    receive(page, aVote(9, "jonas", false));
    assert.equal(page.room().version, 7);
    await page.clock.pass(200);
    receive(page, aVote(8, "jonas"));
    await page.clock.pass(1000);
    assert.equal(page.room().version, 10);
    assert.equal(page.server.stateRequests(), 0);
  });

  test("a persistent gap makes it fetch the state once", async () => {
    const page = await openLivePage();
    applyUnpublished(page.server, aVote(8, "jonas"));
    page.server.happens(aVote(9, "jonas", false));
    page.server.happens(aVote(10, "jonas"));
    await page.clock.pass(299);
    assert.equal(page.server.stateRequests(), 0);
    await page.clock.pass(1000);
    assert.deepEqual(page.room(), page.server.room);
    assert.equal(page.server.stateRequests(), 1);
  });

  test("a gap that the state does not fill is not fetched repeatedly", async () => {
    const page = await openLivePage();
    receive(page, aVote(50, "jonas"));
    await page.clock.pass(20_000);
    assert.equal(page.server.stateRequests(), 1);
    page.server.happens(aVote(8, "jonas"));
    assert.equal(page.room().version, 8);
  });

  test("events continue from the fetched state", async () => {
    const page = await openLivePage();
    applyUnpublished(page.server, aVote(8, "jonas"));
    page.server.isHolding = true;
    page.sync.refresh();
    await settled();
    receive(page, aVote(10, "jonas"));
    receive(page, aVote(9, "jonas", false));
    page.server.release();
    await settled();
    assert.equal(page.room().version, 10);
  });

  test("events that the fetched state includes are not waited for", async () => {
    const page = await openLivePage();
    applyUnpublished(page.server, aVote(8, "jonas"), aVote(9, "jonas", false));
    page.server.isHolding = true;
    page.sync.refresh();
    await settled();
    receive(page, aVote(9, "jonas", false));
    page.server.isHolding = false;
    page.server.release();
    await page.clock.pass(1000);
    assert.equal(page.server.stateRequests(), 1);
  });

  test("a state older than the applied events is dropped", async () => {
    const page = await openLivePage();
    applyUnpublished(page.server, aVote(8, "jonas"));
    page.server.isHolding = true;
    page.sync.refresh();
    await settled();
    page.server.publish = () => {};
    receive(page, aVote(8, "jonas"));
    receive(page, aVote(9, "jonas", false));
    page.server.release();
    await settled();
    assert.equal(page.room().version, 9);
    assert.deepEqual(page.room().rounds[0]?.votedUserIds, []);
  });
});

describe("incomplete events", () => {
  const pointers = {
    "an event that was too large to be sent": {
      type: "task-added",
      data: { sessionId: "abcdefgh12345678", version: 8, refetch: true },
    },
    "an event that this page does not know": {
      type: "confetti",
      data: { sessionId: "abcdefgh12345678", version: 8 },
    },
    "the provider's event about lost events": { type: "refetch", data: {} },
  };
  for (const [name, { type, data }] of Object.entries(pointers)) {
    test(`${name} makes it fetch the state`, async () => {
      const page = await openLivePage();
      const tasks = [aTask("third")];
      applyUnpublished(page.server, anEvent("task-added", 8, { tasks, before: null }));
      page.realtime.onEvent({ type, data });
      await page.clock.pass(100);
      assert.deepEqual(page.room(), page.server.room);
      assert.equal(page.server.stateRequests(), 1);
    });
  }

  test("one's own vote from another tab is fetched", async () => {
    const page = await openLivePage();
    page.server.votes("8");
    await page.clock.pass(100);
    assert.equal(page.room().me.votes.first, "8");
    assert.equal(page.server.stateRequests(), 1);
  });

  test("and fetched again if events overtook the answer", async () => {
    const page = await openLivePage();
    page.server.isHolding = true;
    page.server.votes("8");
    await page.clock.pass(0);
    page.server.happens(aVote(9, "jonas"));
    page.server.isHolding = false;
    page.server.release();
    await page.clock.pass(0);
    assert.equal(page.room().version, 9);
    assert.equal(page.room().me.votes.first, "8");
  });

  test("one's own vote from this tab is not fetched", async () => {
    const page = await openLivePage();
    await page.actions.vote("8");
    await page.clock.pass(2000);
    assert.equal(page.room().me.votes.first, "8");
    assert.equal(page.server.stateRequests(), 0);
  });

  test("a removed member is informed, and the page stops fetching", async () => {
    const page = await openLivePage();
    receive(page, anEvent("member-left", 8, { userId: "amira" }));
    assert.equal(page.ui().departed?.code, "not-a-member");
    assert.equal(page.client.isClosed, true);
    await page.clock.pass(60_000);
    assert.equal(page.server.stateRequests(), 0);
  });
});

describe("fetching the state", () => {
  test("it is fetched after each subscription, with the current ETag", async () => {
    const page = openPage();
    page.realtime.onSubscribed();
    await page.clock.pass(100);
    page.realtime.onDisconnected();
    page.realtime.onSubscribed();
    await page.clock.pass(100);
    const states = page.server.requests.filter(({ path }) => path === "state/");
    const etags = states.map(({ headers }) => headers.get("If-None-Match"));
    assert.deepEqual(etags, ['W/"7"', 'W/"7"']);
  });

  test("it sends the ETag of the last answer", async () => {
    const page = await openLivePage();
    applyUnpublished(page.server, aVote(8, "jonas"));
    page.sync.refresh();
    await settled();
    page.sync.refresh();
    await settled();
    const etags = page.server.requests.map(({ headers }) =>
      headers.get("If-None-Match"),
    );
    assert.deepEqual(etags, ['W/"7"', 'W/"8"']);
  });

  test("browsers of a large room do not fetch at the same moment", async () => {
    const [amira] = aRoom().members;
    const members = Array.from({ length: 100 }, (_, number) => ({
      ...amira,
      userId: `member-${number}`,
    }));
    const page = openPage(createServer(aRoom({ members })), () => 0.9);
    page.realtime.onSubscribed();
    await page.clock.pass(899);
    assert.equal(page.server.stateRequests(), 0);
    await page.clock.pass(1);
    assert.equal(page.server.stateRequests(), 1);
  });

  test("requests do not overlap, and a second one is not forgotten", async () => {
    const page = await openLivePage();
    page.server.isHolding = true;
    page.sync.refresh();
    page.sync.refresh();
    page.sync.refresh();
    await settled();
    assert.equal(page.server.stateRequests(), 1);
    page.server.release();
    await settled();
    assert.equal(page.server.stateRequests(), 2);
    page.server.release();
    await settled();
    assert.equal(page.server.stateRequests(), 2);
  });

  test("an unchanged state does not replace the room", async () => {
    const page = await openLivePage();
    const room = page.room();
    page.sync.refresh();
    await settled();
    assert.equal(page.server.stateRequests(), 1);
    assert.equal(page.room(), room);
  });

  test("a live page learns every 30 s of a lost event", async () => {
    const page = await openLivePage();
    applyUnpublished(page.server, aVote(8, "jonas"));
    await page.clock.pass(30_000);
    assert.deepEqual(page.room(), page.server.room);
    assert.equal(page.server.stateRequests(), 1);
  });
});

describe("slow mode", () => {
  test("without a connection the page polls every 3 s and shows slow mode", async () => {
    const page = openPage();
    await page.clock.pass(9500);
    const paths = page.server.requests.map(({ path }) => path);
    assert.deepEqual(paths, ["presence/", "state/", "state/", "state/"]);
    page.server.happens(aVote(8, "jonas"));
    await page.clock.pass(3000);
    assert.deepEqual(page.room(), page.server.room);
  });

  test("it does not show slow mode before it has had time to connect", async () => {
    const page = openPage();
    await page.clock.pass(1999);
    assert.equal(page.ui().connection, "reconnecting");
    await page.clock.pass(1);
    assert.equal(page.ui().connection, "slow");
    page.realtime.onSubscribed();
    assert.equal(page.ui().connection, "live");
  });

  test("a disconnect is first shown as reconnecting, then as slow mode", async () => {
    const page = await openLivePage();
    page.realtime.onDisconnected();
    assert.equal(page.ui().connection, "reconnecting");
    await page.clock.pass(3000);
    assert.equal(page.ui().connection, "slow");
    assert.equal(page.server.stateRequests(), 1);
  });

  test("a connection that is refused repeatedly is slow mode", async () => {
    const page = openPage();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      page.realtime.onError({ kind: "refused", cause: null });
      await page.clock.pass(1000);
      page.realtime.onDisconnected();
    }
    assert.equal(page.ui().connection, "slow");
  });

  test("one's own action is shown at once, not after 3 s", async () => {
    const page = openPage();
    await page.clock.pass(4000);
    page.server.requests.length = 0;
    await page.actions.vote("5");
    await settled();
    assert.deepEqual(page.room(), page.server.room);
    assert.equal(page.server.stateRequests(), 1);
  });

  test("an unreachable server is shown, and so is its return", async () => {
    const page = openPage();
    page.server.isDown = true;
    await page.clock.pass(3000);
    assert.equal(page.ui().connection, "offline");
    page.server.isDown = false;
    await page.clock.pass(3000);
    assert.equal(page.ui().connection, "slow");
  });

  test("it reconnects as soon as the server answers again", async () => {
    const page = await openLivePage();
    page.realtime.onDisconnected();
    page.server.isDown = true;
    await page.clock.pass(6000);
    assert.equal(page.client.kicks, 0);
    page.server.isDown = false;
    await page.clock.pass(9000);
    assert.equal(page.client.kicks, 1);
  });

  test("one lost answer does not end a live connection", async () => {
    const page = await openLivePage();
    page.server.isDown = true;
    page.sync.refresh();
    await settled();
    page.server.isDown = false;
    await page.clock.pass(3000);
    assert.equal(page.server.stateRequests(), 2);
    assert.deepEqual([page.ui().connection, page.client.kicks], ["live", 0]);
  });

  test("a failing server counts as unreachable and does not end the page", async () => {
    const page = openPage();
    page.server.refusal = { status: 503, body: "Starting" };
    await page.clock.pass(3000);
    assert.equal(page.ui().connection, "offline");
    page.server.refusal = null;
    await page.clock.pass(3000);
    assert.deepEqual([page.ui().connection, page.ui().departed], ["slow", null]);
  });

  test("the state is fetched if an accepted action's event does not arrive", async () => {
    const page = await openLivePage();
    page.server.publish = () => {};
    await page.actions.vote("5");
    assert.equal(page.room().version, 7);
    await page.clock.pass(1500);
    assert.deepEqual(page.room(), page.server.room);
  });
});

describe("waking up", () => {
  const returns = {
    "the machine has slept": async (/** @type {any} */ page) => {
      page.clock.sleep(60_000);
      await page.clock.pass(0);
    },
    "the tab was frozen and is visible again": async (/** @type {any} */ page) => {
      page.browser.document.hidden = true;
      page.clock.sleep(60_000);
      page.browser.document.hidden = false;
      page.browser.document.dispatchEvent(new Event("visibilitychange"));
    },
    "the network is back": async (/** @type {any} */ page) => {
      page.browser.dispatchEvent(new Event("online"));
    },
    "the page is restored from the back/forward cache": async (
      /** @type {any} */ page,
    ) => {
      const event = Object.assign(new Event("pageshow"), { persisted: true });
      page.browser.dispatchEvent(event);
    },
  };
  for (const [name, comeBack] of Object.entries(returns)) {
    test(`it reconnects and fetches when ${name}`, async () => {
      const page = await openLivePage();
      applyUnpublished(page.server, aVote(8, "jonas"));
      await comeBack(page);
      await settled();
      assert.equal(page.client.kicks, 1);
      assert.deepEqual(page.room(), page.server.room);
    });
  }

  test("a hidden tab with delayed timers does not reconnect", async () => {
    const page = await openLivePage();
    page.browser.document.hidden = true;
    page.clock.sleep(60_000);
    await page.clock.pass(0);
    assert.equal(page.client.kicks, 0);
  });

  test("switching tabs for a moment sends no request", async () => {
    const page = await openLivePage();
    page.browser.document.dispatchEvent(new Event("visibilitychange"));
    await settled();
    assert.deepEqual([page.client.kicks, page.server.requests.length], [0, 0]);
  });

  test("a browser without network is offline, whatever the connection's state", async () => {
    const page = await openLivePage();
    page.browser.navigator.onLine = false;
    page.browser.dispatchEvent(new Event("offline"));
    assert.equal(page.ui().connection, "offline");
  });

  test("a stopped page sends nothing", async () => {
    const page = await openLivePage();
    page.sync.stop();
    page.browser.dispatchEvent(new Event("online"));
    page.sync.refresh();
    await page.clock.pass(120_000);
    assert.deepEqual([page.client.kicks, page.server.requests.length], [0, 0]);
  });
});

describe("who is online", () => {
  /** @param {Awaited<ReturnType<typeof openLivePage>>} page */
  const online = (page) =>
    page
      .room()
      .members.filter((member) => member.isOnline)
      .map((member) => member.name);

  test("a member who connects is online at once, by an event", async () => {
    const page = await openLivePage();
    const data = { ...aMember("tom"), sessionId: "s", at: 2000 };
    page.realtime.onEvent({ type: "presence", data });
    assert.deepEqual(online(page), ["Amira", "Jonas", "Tom"]);
    assert.equal(page.server.requests.length, 0);
  });

  test("the provider's channel says nothing about it", async () => {
    const page = await openLivePage();
    page.realtime.onPresence(new Set(["amira", "tom"]));
    await page.clock.pass(10_000);
    assert.deepEqual(online(page), ["Amira", "Jonas"]);
    assert.equal(page.server.requests.length, 0);
  });

  test("a polling member is not on the channel and stays online", async () => {
    const page = await openLivePage();
    page.realtime.onPresence(new Set(["amira"]));
    await page.clock.pass(60_000);
    assert.deepEqual(online(page), ["Amira", "Jonas"]);
  });

  test("a lost connection of one's own says nothing about others", async () => {
    const page = await openLivePage();
    page.realtime.onPresence(new Set(["amira", "jonas"]));
    page.realtime.onPresence(null);
    page.realtime.onPresence(new Set(["amira", "jonas"]));
    await page.clock.pass(20_000);
    assert.equal(page.server.stateRequests(), 0);
  });

  test("a reload does not show a member as offline, leaving does", async () => {
    const page = await openLivePage();
    page.realtime.onPresence(new Set(["amira", "jonas"]));
    page.realtime.onPresence(new Set(["amira"]));
    await page.clock.pass(4000);
    assert.deepEqual(online(page), ["Amira", "Jonas"]);
    page.server.room = {
      ...page.server.room,
      members: page.server.room.members.map((member) => ({
        ...member,
        isOnline: member.userId === "amira",
        at: 2000,
      })),
    };
    page.server.etag = () => 'W/"7-without-jonas"';
    await page.clock.pass(1000);
    assert.deepEqual(online(page), ["Amira"]);
  });
});

describe("what no event carries is fetched once", () => {
  const described = aTask("second", { hasDescription: true });
  const details = { description: "Why", descriptionHtml: "<p>Why</p>", note: "" };
  const changes = {
    "what oneself may do": {
      event: anEvent("member-updated", 8, {
        member: aMember("amira", { isFacilitator: false }),
      }),
      server: (/** @type {Room} */ room) => ({
        ...room,
        me: { ...room.me, may: /** @type {Room["me"]["may"]} */ (["vote"]) },
      }),
    },
    "what oneself may do in another role": {
      event: anEvent("member-updated", 8, {
        member: aMember("amira", { isFacilitator: true, role: "observer" }),
      }),
      server: (/** @type {Room} */ room) => ({
        ...room,
        me: { ...room.me, may: /** @type {Room["me"]["may"]} */ (["manage"]) },
      }),
    },
    "what anybody may do": {
      event: anEvent("session-updated", 8, {
        session: { ...aRoom().session, settings: { mayReveal: "everybody" } },
      }),
      server: (/** @type {Room} */ room) => room,
    },
    "the description of another task in hand": {
      event: anEvent("task-removed", 8, { taskId: "first" }),
      server: (/** @type {Room} */ room) => ({ ...room, current: details }),
    },
    "the description of the task in hand that was changed": {
      event: anEvent("task-updated", 8, {
        task: aTask("first", { status: "voting", hasDescription: true }),
      }),
      server: (/** @type {Room} */ room) => ({ ...room, current: details }),
    },
  };
  for (const [name, { event, server }] of Object.entries(changes)) {
    test(name, async () => {
      const tasks = [aTask("first", { status: "voting" }), described];
      const page = await openLivePage(createServer(aRoom({ tasks })));
      page.server.happens(event);
      page.server.room = server(page.server.room);
      await page.clock.pass(10_000);
      assert.deepEqual(page.room(), page.server.room);
      assert.equal(page.server.stateRequests(), 1);
    });
  }

  test("but nothing for what others are or the session is called", async () => {
    const page = await openLivePage();
    const session = { ...aRoom().session, name: "Search" };
    page.server.happens(anEvent("session-updated", 8, { session }));
    const member = aMember("jonas", { isFacilitator: true });
    page.server.happens(anEvent("member-updated", 9, { member }));
    page.server.happens(anEvent("task-updated", 10, { task: described }));
    await page.clock.pass(10_000);
    assert.equal(page.server.stateRequests(), 0);
  });
});

describe("what ends the page", () => {
  const DELETED = "This session was deleted.";
  const refusals = {
    "a member who was removed": {
      refusal: { status: 403, body: { error: "You were removed.", code: "removed" } },
      departed: { code: "removed", message: "You were removed." },
    },
    "a session that is gone": {
      refusal: { status: 404, body: { error: "No session.", code: "no-session" } },
      departed: { code: "session-deleted", message: DELETED },
    },
    "a server that was updated": {
      refusal: { status: 403, body: { error: "Old page.", code: "out-of-date" } },
      departed: {
        code: "out-of-date",
        message: "This page is out of date. Reload it.",
      },
    },
  };
  for (const [name, { refusal, departed }] of Object.entries(refusals)) {
    test(name, async () => {
      const page = openPage();
      page.server.refusal = refusal;
      await page.clock.pass(60_000);
      assert.deepEqual(page.ui().departed, departed);
      assert.equal(page.client.isClosed, true);
      assert.deepEqual(
        [page.server.stateRequests(), page.server.heartbeats()],
        [1, ["slow"]],
      );
    });
  }

  test("a state of another contract", async () => {
    const page = await openLivePage();
    const before = page.room();
    page.server.room = /** @type {any} */ ({ contract: 3, version: 8, anything: {} });
    page.sync.refresh();
    await page.clock.pass(60_000);
    assert.equal(page.ui().departed?.code, "out-of-date");
    assert.equal(page.room(), before);
    assert.equal(page.client.isClosed, true);
  });

  test("an event that the session was deleted", async () => {
    const page = await openLivePage();
    page.server.happens(anEvent("session-deleted", 8, {}));
    await page.clock.pass(60_000);
    assert.deepEqual(page.ui().departed, { code: "session-deleted", message: DELETED });
    assert.equal(page.server.requests.length, 0);
  });

  test("a command of somebody who was removed", async () => {
    const page = await openLivePage();
    page.server.refusal = refusals["a member who was removed"].refusal;
    await page.actions.inRound("reveal");
    assert.equal(page.ui().departed?.code, "removed");
  });

  test("leaving, whatever is still answered", async () => {
    const page = await openLivePage();
    page.server.refusal = refusals["a member who was removed"].refusal;
    page.server.isHolding = true;
    page.sync.refresh();
    await settled();
    page.server.isHolding = false;
    page.server.refusal = null;
    await page.actions.leave();
    page.server.release();
    await page.clock.pass(60_000);
    assert.equal(page.ui().departed?.code, "left");
  });

  const othersCodes = {
    "a refusal of something else": { error: "No.", code: "may-not" },
    "a firewall's page": "<h1>Forbidden</h1>",
    "JSON of others": { code: "not-a-member-of-ours", error: "No." },
    "JSON of others without a sentence": { code: "not-a-member" },
  };
  for (const [name, body] of Object.entries(othersCodes)) {
    test(`not ${name}`, async () => {
      for (const status of [403, 404]) {
        const page = await openLivePage();
        page.server.refusal = { status, body };
        page.sync.refresh();
        await page.clock.pass(60_000);
        assert.equal(page.ui().departed, null);
        page.server.refusal = null;
        page.server.happens(aVote(8, "jonas"));
        await page.clock.pass(3000);
        assert.deepEqual(page.room(), page.server.room);
        assert.equal(page.ui().connection, "live");
      }
    });
  }
});

describe("whatever the network does, the page ends with the server's state", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    test(`seed ${seed}`, () => playOnABadNetwork(seed));
  }
});

/** @param {number} seed */
async function playOnABadNetwork(seed) {
  const random = seededRandom(seed);
  const chance = (/** @type {number} */ share) => random() < share;
  const server = createServer();
  const page = await openLivePage(server, random);
  let isConnected = true;

  server.publish = (event) => {
    const deliver = () => {
      if (isConnected) page.realtime.onEvent(event);
    };
    if (chance(0.2)) return;
    page.clock.after(random() * 600, deliver);
    if (chance(0.2)) page.clock.after(random() * 2000, deliver);
  };
  const steps = [
    () => server.happens(aVote(server.room.version + 1, "jonas", chance(0.7))),
    () => server.votes(chance(0.3) ? "" : "13"),
    () => page.actions.vote(chance(0.3) ? "" : "5"),
    () => page.actions.vote("8"),
    () => page.actions.retryVote(),
    () => page.sync.refresh(),
    () => {
      server.isDown = !server.isDown;
    },
    () => {
      server.isHolding = !server.isHolding;
    },
    () => server.release(),
    () => {
      isConnected = !isConnected;
      if (isConnected) page.realtime.onSubscribed();
      else page.realtime.onDisconnected();
    },
  ];
  for (let step = 0; step < 80; step += 1) {
    steps[Math.floor(random() * steps.length)]();
    await page.clock.pass(random() * 400);
  }

  server.isDown = false;
  server.isHolding = false;
  for (let answer = 0; answer < 80; answer += 1) server.release();
  await page.clock.pass(61_000);
  assert.deepEqual(page.room(), server.room);
  const { vote } = page.ui();
  if (vote?.status === "saved")
    assert.equal(vote.card || undefined, server.room.me.votes.first);
  assert.notEqual(vote?.status, "saving");
}
