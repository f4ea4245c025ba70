/** A vote waits for voters who are present, never for those away or offline. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  absence,
  currentRound,
  may,
  ownCard,
  roundOf,
  tally,
  taskInHand,
} from "../../static/room/selectors.js";
import { initialUi } from "../../static/room/state.js";
import { aRoom, aRoomAtRest, aRound, aTask } from "./rooms.js";

/** @import {Member} from "../../static/room/state.js" */

/** @param {Member[]} members */
const ids = (members) => members.map((member) => member.userId);

/**
 * A room in which Jonas has another presence.
 *
 * @param {Partial<Member>} presence
 * @param {string[]} votedUserIds
 */
function aRoomWith(presence, votedUserIds) {
  const room = aRoom({ rounds: [aRound({ votedUserIds })] });
  const members = room.members.map((member) =>
    member.userId === "jonas" ? { ...member, ...presence } : member,
  );
  return { ...room, members };
}

describe("the count of votes", () => {
  const presences = /** @type {const} */ ([
    ["away", { isOnline: true, isAway: true }],
    ["offline", { isOnline: false, isAway: false }],
  ]);

  test("expects every voter who is present", () => {
    const { voted, missing, expected } = tally(aRoomWith({}, ["amira"]));
    assert.deepEqual([ids(voted), ids(missing), expected], [["amira"], ["jonas"], 2]);
  });

  for (const [how, presence] of presences) {
    test(`does not wait for voters who are ${how}`, () => {
      const result = tally(aRoomWith(presence, ["amira"]));
      assert.deepEqual(ids(result[how]), ["jonas"]);
      assert.deepEqual(result.missing, []);
      assert.equal(result.expected, 1);
    });

    test(`counts voters who voted before being ${how}`, () => {
      const result = tally(aRoomWith(presence, ["amira", "jonas"]));
      assert.deepEqual(ids(result.voted), ["amira", "jonas"]);
      assert.deepEqual(result[how], []);
      assert.equal(result.expected, 2);
    });
  }
});

test("offline overrides away", () => {
  const [amira] = aRoom().members;
  assert.equal(absence(amira), "");
  assert.equal(absence({ ...amira, isAway: true }), "away");
  assert.equal(absence({ ...amira, isOnline: false, isAway: true }), "offline");
});

describe("the task in hand and its round", () => {
  test("are those of the task being voted on", () => {
    const room = aRoom();
    assert.equal(taskInHand(room), room.tasks[0]);
    assert.equal(currentRound(room), room.rounds[0]);
  });

  test("are a task that waits, and no round", () => {
    const room = aRoomAtRest();
    assert.equal(taskInHand(room), room.tasks[0]);
    assert.equal(currentRound(room), null);
  });

  test("are none in an empty queue", () => {
    const room = aRoom({ tasks: [], rounds: [] });
    assert.deepEqual([taskInHand(room), currentRound(room)], [null, null]);
  });

  test("may be others than those of another task", () => {
    const rounds = [aRound(), aRound({ roundId: "other", taskId: "second" })];
    const tasks = ["first", "second"].map((id) => aTask(id, { status: "voting" }));
    const room = aRoom({ rounds, tasks });
    assert.equal(currentRound(room), rounds[0]);
    assert.equal(roundOf(room, "second"), rounds[1]);
  });
});

test("one's own card is the last one chosen, else the saved one", () => {
  const room = aRoom();
  const ui = initialUi();
  assert.equal(ownCard({ room, ui }), "");
  room.me.votes = { first: "5", second: "8" };
  assert.equal(ownCard({ room, ui }), "5");
  ui.vote = { card: "", status: "saving", message: "" };
  assert.equal(ownCard({ room, ui }), "");
});

test("a member may do what the server lists", () => {
  const room = aRoom();
  room.me.may = ["vote", "reveal"];
  assert.deepEqual([may(room, "reveal"), may(room, "run")], [true, false]);
});
