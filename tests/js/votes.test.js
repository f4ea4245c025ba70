import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settled } from "./clock.js";
import { openLivePage, openPage } from "./page.js";
import { anEvent, aRoom, aRoomAtRest, aRound, aVote } from "./rooms.js";
import { createServer } from "./server.js";

/** @param {Awaited<ReturnType<typeof openLivePage>>} page */
const sentVotes = ({ server }) =>
  server.requests
    .filter(({ path }) => path.endsWith("/vote/"))
    .map(({ path, fields }) => [path, Object.fromEntries(fields)]);

const closed = {
  status: 409,
  body: { error: "The cards are on the table.", code: "round-closed" },
};

test("a card is shown as being saved, then as saved", async () => {
  const page = await openLivePage();
  page.server.isHolding = true;
  const voted = page.actions.vote("5");
  await settled();
  assert.deepEqual(page.ui().vote, { card: "5", status: "saving", message: "" });
  assert.deepEqual(page.room().me.votes, {});
  page.server.release();
  assert.equal(await voted, true);
  assert.deepEqual(page.ui().vote, { card: "5", status: "saved", message: "" });
  assert.equal(page.room().me.votes.first, "5");
});

test("it names the round and counts within the tab", async () => {
  const page = await openLivePage();
  await page.actions.vote("5");
  await page.actions.vote("8");
  assert.deepEqual(sentVotes(page), [
    ["tasks/first/vote/", { card: "5", round: "1", key: "tab:1" }],
    ["tasks/first/vote/", { card: "8", round: "1", key: "tab:2" }],
  ]);
});

test("a card is taken back", async () => {
  const page = await openLivePage();
  await page.actions.vote("5");
  await page.actions.vote("");
  assert.deepEqual(page.ui().vote, { card: "", status: "saved", message: "" });
  assert.deepEqual(page.room().me.votes, {});
  assert.deepEqual(page.server.room.me.votes, {});
});

test("without an open round nothing is sent", async () => {
  for (const room of [
    aRoomAtRest(),
    aRoom({ rounds: [aRound({ status: "revealed" })] }),
  ]) {
    const page = await openLivePage(createServer(room));
    await page.actions.vote("5");
    assert.deepEqual([sentVotes(page), page.ui().vote], [[], null]);
  }
});

describe("a vote that fails", () => {
  test("a refusal shows the reason and keeps the saved card", async () => {
    const page = await openLivePage();
    await page.actions.vote("5");
    page.server.refusal = closed;
    assert.equal(await page.actions.vote("8"), false);
    assert.deepEqual(page.ui().vote, {
      card: "8",
      status: "failed",
      message: "The cards are on the table.",
    });
    assert.equal(page.room().me.votes.first, "5");
    assert.equal(page.ui().notice, null);
  });

  test("a network failure is shown, and the vote can be retried", async () => {
    const page = await openLivePage();
    page.server.isDown = true;
    await page.actions.vote("5");
    assert.equal(page.ui().vote?.status, "failed");
    assert.match(page.ui().vote?.message ?? "", /cannot be reached/);
    page.server.isDown = false;
    await page.actions.retryVote();
    assert.equal(page.ui().vote?.status, "saved");
    const [first, second] = sentVotes(page);
    assert.deepEqual(first, second);
  });

  test("a saved vote whose answer was lost is detected", async () => {
    const page = await openLivePage();
    page.server.isHolding = true;
    const voted = page.actions.vote("5");
    await settled();
    page.server.isDown = true;
    page.server.release();
    await voted;
    assert.equal(page.ui().vote?.status, "failed");
    page.server.isDown = false;
    page.server.isHolding = false;
    await page.clock.pass(3000);
    assert.deepEqual(page.ui().vote, { card: "5", status: "saved", message: "" });
    assert.equal(page.room().me.votes.first, "5");
    assert.equal(page.storage.items.size, 0);
  });

  test("only a failed vote can be retried", async () => {
    const page = await openLivePage();
    await page.actions.retryVote();
    await page.actions.vote("5");
    await page.actions.retryVote();
    assert.equal(sentVotes(page).length, 1);
  });
});

describe("answers that overtake each other", () => {
  test("the newest card wins, whichever answer arrives last", async () => {
    const page = await openLivePage();
    page.server.isHolding = true;
    const answers = [page.actions.vote("5"), page.actions.vote("8")];
    await settled();
    page.server.release();
    await settled();
    assert.deepEqual(page.ui().vote, { card: "8", status: "saving", message: "" });
    assert.match(page.storage.items.values().next().value ?? "", /"card":"8"/);
    page.server.release();
    await Promise.all(answers);
    assert.deepEqual(page.ui().vote, { card: "8", status: "saved", message: "" });
    assert.equal(page.room().me.votes.first, "8");
  });

  test("the late failure of an old vote does not affect the newer one", async () => {
    const page = await openLivePage();
    page.server.isHolding = true;
    page.server.refusal = closed;
    const old = page.actions.vote("5");
    await settled();
    page.server.isHolding = false;
    page.server.refusal = null;
    await page.actions.vote("8");
    page.server.release();
    await old;
    assert.deepEqual(page.ui().vote, { card: "8", status: "saved", message: "" });
  });

  test("a state from before the vote does not remove the card", async () => {
    const page = openPage();
    page.server.happens(aVote(8, "jonas"));
    page.server.isHolding = true;
    page.sync.refresh();
    await settled();
    page.server.isHolding = false;
    await page.actions.vote("5");
    page.server.isHolding = true;
    page.server.release();
    await settled();
    assert.deepEqual(
      [page.room().me.votes.first, page.ui().vote?.status],
      ["5", "saved"],
    );
  });

  test("a state from before the vote does not remove it while in flight", async () => {
    const page = await openLivePage();
    await page.actions.vote("5");
    page.server.publish = () => {};
    page.server.isHolding = true;
    page.sync.refresh();
    const voted = page.actions.vote("8");
    await settled();
    page.server.release();
    await settled();
    assert.deepEqual(page.ui().vote, { card: "8", status: "saving", message: "" });
    page.server.release();
    await voted;
    assert.equal(page.room().me.votes.first, "8");
  });
});

describe("what else happens", () => {
  test("a new round begins without a card", async () => {
    const page = await openLivePage();
    await page.actions.vote("5");
    const round = aRound({ roundId: "round-2", number: 2 });
    page.server.happens(anEvent("voting-started", 9, { taskId: "first", round }));
    assert.deepEqual([page.ui().vote, page.room().me.votes.first], [null, undefined]);
  });

  test("the answer to a vote of the last round does not affect this one", async () => {
    const page = await openLivePage();
    page.server.isHolding = true;
    const voted = page.actions.vote("5");
    await settled();
    const round = aRound({ roundId: "round-2", number: 2 });
    page.server.happens(anEvent("voting-started", 9, { taskId: "first", round }));
    page.server.release();
    await voted;
    assert.deepEqual([page.ui().vote, page.room().me.votes.first], [null, undefined]);
  });

  test("the late failure of a vote of the last round is ignored", async () => {
    const page = await openLivePage();
    page.server.isHolding = true;
    page.server.refusal = closed;
    const voted = page.actions.vote("5");
    await settled();
    const round = aRound({ roundId: "round-2", number: 2 });
    page.server.happens(anEvent("voting-started", 8, { taskId: "first", round }));
    page.server.release();
    await voted;
    assert.equal(page.ui().vote, null);
  });

  test("a card of the last round is not merged into a state of this one", async () => {
    const page = openPage();
    const round = aRound({ roundId: "round-2", number: 2 });
    page.server.happens(anEvent("voting-started", 8, { taskId: "first", round }));
    page.server.isHolding = true;
    page.sync.refresh();
    await settled();
    page.server.isHolding = false;
    await page.actions.vote("5");
    page.server.isHolding = true;
    page.server.release();
    await settled();
    assert.deepEqual(
      [page.room().rounds[0]?.number, page.room().me.votes.first],
      [2, undefined],
    );
  });

  test("another tab's card is noticed after a vote here was refused", async () => {
    const page = await openLivePage();
    page.server.refusal = closed;
    await page.actions.vote("5");
    page.server.refusal = null;
    await page.clock.pass(3000);
    page.server.votes("8");
    await page.clock.pass(100);
    assert.equal(page.room().me.votes.first, "8");
  });

  test("another tab's card replaces the one that was saved here", async () => {
    const page = await openLivePage();
    await page.actions.vote("5");
    page.server.votes("8");
    await page.clock.pass(100);
    assert.deepEqual([page.ui().vote, page.room().me.votes.first], [null, "8"]);
  });

  test("another tab's card is newer than the answer to a vote that was in flight", async () => {
    for (const arrivals of [
      [0, 0],
      [1, 0],
    ]) {
      const page = await openLivePage();
      page.server.isHolding = true;
      const voted = page.actions.vote("5");
      await settled();
      page.server.votes("8");
      await page.clock.pass(100);
      page.server.isHolding = false;
      for (const which of arrivals) {
        page.server.release(which);
        await settled();
      }
      await voted;
      await page.clock.pass(100);
      assert.equal(page.room().me.votes.first, "8");
    }
  });

  test("other members' votes do not affect one's own", async () => {
    const page = await openLivePage();
    await page.actions.vote("5");
    const { vote } = page.ui();
    page.server.happens(aVote(9, "jonas"));
    assert.equal(page.ui().vote, vote);
  });
});
