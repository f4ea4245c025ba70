/** What a screen reader is told of what happens in the room. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aMember, aRoom, aRoomAtRest, aRound, aTask } from "./rooms.js";
import { announcement, aRevealedRoom, props } from "./view.js";

/** @import {Room, Ui} from "../../static/room/state.js" */

/**
 * @param {Room} before
 * @param {Room} after
 * @param {Partial<Ui>} [uiBefore]
 * @param {Partial<Ui>} [uiAfter]
 */
function said(before, after, uiBefore = {}, uiAfter = {}) {
  const told = announcement(
    { room: before, ui: props(before, uiBefore).ui },
    { room: after, ui: props(after, uiAfter).ui },
  );
  return told.replace(/[\u2066-\u2069]/g, "");
}

test("nothing is said of what did not change", () => {
  assert.equal(said(aRoom(), aRoom()), "");
});

test("a vote that starts is named", () => {
  assert.equal(said(aRoomAtRest(), aRoom()), "Voting has started: The first, round 1.");
});

test("how many have voted is told, and not who chose what", () => {
  const voted = aRoom({ rounds: [aRound({ votedUserIds: ["amira"] })] });
  assert.equal(said(aRoom(), voted), "1 of 2 voted.");
});

describe("the reveal", () => {
  const cards = { Amira: "5", Jonas: "13" };

  test("is told, with the median and who is furthest apart", () => {
    const revealed = aRevealedRoom(cards, { median: "5", outliers: ["13"] });
    const before = { ...revealed, rounds: [aRound()] };
    assert.equal(
      said(before, revealed),
      "2 cards revealed. Median 5. Jonas voted 13. Let them speak first.",
    );
  });

  test("is told without a number where there is none", () => {
    const revealed = aRevealedRoom({ Amira: "?" });
    assert.equal(
      said({ ...revealed, rounds: [aRound()] }, revealed),
      "1 card revealed.",
    );
  });

  test("is told once", () => {
    const revealed = aRevealedRoom(cards, { median: "5" });
    assert.equal(said(revealed, { ...revealed }), "");
  });
});

test("an estimate is told, with what comes next", () => {
  const tasks = [
    aTask("first", { status: "finalized", storyPoints: "5" }),
    aTask("second"),
  ];
  const after = aRoom({ tasks, rounds: [] });
  assert.equal(said(aRoom(), after), "The first is estimated at 5. Next: The second.");
});

test("who comes and goes is told", () => {
  const without = aRoom({ members: [aMember("amira"), aMember("lena")] });
  assert.equal(said(aRoom(), without), "Lena joined. Jonas and Tom left.");
});

test("the end and its undoing are told", () => {
  const { session } = aRoom();
  const ended = aRoom({ session: { ...session, status: "ended" } });
  assert.equal(said(aRoom(), ended), "The session has ended.");
  assert.equal(said(ended, aRoom()), "The session is open again.");
});

test("a vote that was not saved is told with the reason", () => {
  const vote = /** @type {const} */ ({ card: "5", status: "failed", message: "Why." });
  assert.equal(said(aRoom(), aRoom(), {}, { vote }), "Your vote was not saved. Why.");
});

describe("the connection", () => {
  const obstacle = /** @type {const} */ ({
    kind: "sign-in",
    status: 0,
    message: "Something wants you to sign in.",
  });
  /** @type {[string, Partial<Ui>, Partial<Ui>, string][]} */
  const changes = [
    ["is slow", {}, { connection: "slow" }, "Slow mode: updates every few seconds."],
    ["is lost", {}, { connection: "offline" }, "The server cannot be reached."],
    ["is barred", {}, { connection: "offline", obstacle }, obstacle.message],
    ["is barred while events arrive", {}, { obstacle }, obstacle.message],
    ["is still barred", { obstacle }, { obstacle: { ...obstacle } }, ""],
    ["is back", { connection: "slow" }, {}, "Live updates are back."],
    ["is no longer barred", { obstacle }, {}, "Live updates are back."],
    ["is there at first", { connection: "reconnecting" }, {}, ""],
  ];
  for (const [how, before, after, sentence] of changes) {
    test(`${how}: ${sentence || "nothing is said"}`, () => {
      assert.equal(said(aRoom(), aRoom(), before, after), sentence);
    });
  }
});

test("a notice is told once", () => {
  const notice = /** @type {const} */ ({ text: "No.", kind: "warning", id: 1 });
  assert.equal(said(aRoom(), aRoom(), {}, { notice }), "No.");
  assert.equal(said(aRoom(), aRoom(), { notice }, { notice: { ...notice } }), "");
});
