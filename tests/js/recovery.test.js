import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openLivePage, openPage } from "./page.js";
import { anEvent, aRound, aVote } from "./rooms.js";

/** @param {Awaited<ReturnType<typeof openLivePage>>} page */
const sentVotes = ({ server }) =>
  server.requests
    .filter(({ path }) => path.endsWith("/vote/"))
    .map(({ fields }) => Object.fromEntries(fields));

describe("a vote without a network", () => {
  test("it is sent again unchanged once the server is reachable", async () => {
    const page = await openLivePage();
    page.server.isDown = true;
    await page.actions.vote("5");
    await page.actions.vote("8");
    await page.clock.pass(9000);
    page.server.isDown = false;
    await page.clock.pass(3000);
    assert.deepEqual(sentVotes(page).at(-1), { card: "8", round: "1", key: "tab:2" });
    assert.equal(page.server.room.me.votes.first, "8");
    assert.deepEqual(
      [page.ui().vote?.status, page.room().me.votes.first],
      ["saved", "8"],
    );
    const { length } = sentVotes(page);
    await page.clock.pass(60_000);
    assert.equal(sentVotes(page).length, length);
  });

  test("for a round that is over it is refused, with a message", async () => {
    const page = await openLivePage();
    page.server.isDown = true;
    page.server.publish = () => {};
    await page.actions.vote("5");
    const round = aRound({ roundId: "round-2", number: 2 });
    page.server.happens(anEvent("voting-started", 8, { taskId: "first", round }));
    page.server.isDown = false;
    page.server.refuseVotes = {
      status: 409,
      body: { error: "That round is over.", code: "round-closed" },
    };
    await page.clock.pass(3000);
    assert.match(page.ui().notice?.text ?? "", /card 5 came too late. That round/);
    assert.deepEqual(page.room().me.votes, {});
    assert.deepEqual(sentVotes(page).at(-1)?.round, "1");
  });
});

describe("a vote before a reload", () => {
  /** @param {Awaited<ReturnType<typeof openLivePage>>} page */
  function reload(page) {
    page.sync.stop();
    const { server, storage } = page;
    return openPage(server, undefined, { storage, tab: "reloaded" });
  }

  test("is sent afterwards, unchanged, if it was not answered", async () => {
    const page = await openLivePage();
    page.server.isDown = true;
    await page.actions.vote("5");
    const reloaded = reload(page);
    assert.deepEqual(reloaded.ui().vote, {
      card: "5",
      status: "failed",
      message: "Your vote is kept, and sent again.",
    });
    page.server.isDown = false;
    await page.clock.pass(0);
    await reloaded.clock.pass(3000);
    assert.deepEqual(sentVotes(page).at(-1), { card: "5", round: "1", key: "tab:1" });
    assert.equal(reloaded.ui().vote?.status, "saved");
    await reloaded.actions.vote("8");
    assert.equal(sentVotes(page).at(-1)?.key, "reloaded:2");
    assert.equal(page.server.room.me.votes.first, "8");
    assert.equal(page.storage.items.size, 0);
  });

  test("is known if it was saved, but not answered", async () => {
    const page = await openLivePage();
    page.server.isHolding = true;
    page.actions.vote("5");
    await page.clock.pass(0);
    page.server.isHolding = false;
    const reloaded = reload(page);
    await reloaded.clock.pass(3000);
    assert.deepEqual(reloaded.ui().vote, { card: "5", status: "saved", message: "" });
    assert.equal(page.storage.items.size, 0);
  });

  test("is no more than a sentence if its round is over", async () => {
    const page = await openLivePage();
    page.server.isDown = true;
    await page.actions.vote("5");
    page.server.isDown = false;
    const round = aRound({ roundId: "round-2", number: 2 });
    page.server.happens(anEvent("voting-started", 8, { taskId: "first", round }));
    const reloaded = reload(page);
    assert.equal(reloaded.ui().vote, null);
    await reloaded.clock.pass(3000);
    assert.match(reloaded.ui().notice?.text ?? "", /card 5 came too late/);
    assert.equal(page.storage.items.size, 0);
  });

  test("leaves nothing if it was answered, be it by a refusal", async () => {
    const page = await openLivePage();
    await page.actions.vote("5");
    assert.equal(page.storage.items.size, 0);
    page.server.refuseVotes = { status: 409, body: { error: "No.", code: "may-not" } };
    await page.actions.vote("8");
    assert.equal(page.storage.items.size, 0);
  });

  test("is kept as long as the page, if nothing can be stored", async () => {
    const page = await openLivePage();
    page.storage.setItem = () => {
      throw new Error("QuotaExceededError");
    };
    page.server.isDown = true;
    await page.actions.vote("5");
    page.server.isDown = false;
    await page.clock.pass(3000);
    assert.equal(page.server.room.me.votes.first, "5");
  });
});

describe("the network", () => {
  test("thirty seconds offline lose none of twenty events", async () => {
    const page = await openLivePage();
    page.realtime.onDisconnected();
    page.server.isDown = true;
    page.server.publish = () => {};
    for (let version = 8; version < 28; version += 1) {
      page.server.happens(aVote(version, "jonas", version % 2 === 0));
      await page.clock.pass(1500);
    }
    assert.equal(page.ui().connection, "offline");
    page.server.isDown = false;
    await page.clock.pass(3000);
    assert.deepEqual(page.room(), page.server.room);
    assert.equal(page.ui().connection, "slow");
  });

  test("a laptop that slept for ten minutes has the server's state at once", async () => {
    const page = await openLivePage();
    page.server.publish = () => {};
    page.server.happens(aVote(8, "jonas"));
    page.clock.sleep(600_000);
    await page.clock.pass(0);
    assert.deepEqual(page.room(), page.server.room);
    assert.equal(page.client.kicks, 1);
  });

  test("a clock set back by 15 minutes stops nothing, and the state stays correct", async () => {
    const page = await openLivePage();
    page.realtime.onDisconnected();
    page.clock.sleep(-900_000);
    page.server.publish = () => {};
    page.server.happens(aVote(8, "jonas"));
    await page.clock.pass(904_000);
    assert.equal(page.ui().connection, "slow");
    assert.deepEqual(page.room(), page.server.room);
  });

  test("Retry-After is respected", async () => {
    for (const status of [429, 503]) {
      const page = openPage();
      await page.clock.pass(2500);
      page.server.requests.length = 0;
      const body = {
        error: "Slowly.",
        code: status === 429 ? "limit" : "database-busy",
      };
      page.server.refusal = { status, body, headers: { "Retry-After": "20" } };
      await page.clock.pass(500);
      assert.equal(page.server.stateRequests(), 1);
      page.server.refusal = null;
      await page.clock.pass(19_000);
      page.sync.refresh();
      assert.equal(page.server.stateRequests(), 1);
      assert.equal(page.ui().connection, status === 429 ? "slow" : "offline");
      await page.clock.pass(1000);
      assert.equal(page.server.stateRequests(), 2);
    }
  });

  test("a command that came too often is no reason to stop fetching", async () => {
    const page = await openLivePage();
    page.server.refusal = {
      status: 429,
      body: { error: "Slowly.", code: "limit" },
      headers: { "Retry-After": "60" },
    };
    const refused = page.actions.inRound("reveal");
    page.server.refusal = null;
    await refused;
    await page.clock.pass(0);
    assert.equal(page.server.stateRequests(), 1);
  });

  test("a lost member cookie is reported and ends the page", async () => {
    const page = await openLivePage();
    const body = { error: "You are not in this session.", code: "not-a-member" };
    page.server.refusal = { status: 403, body };
    page.realtime.onError({ kind: "refused", cause: null });
    await page.clock.pass(0);
    assert.equal(page.ui().departed?.message, body.error);
    assert.equal(page.client.isClosed, true);
  });
});
