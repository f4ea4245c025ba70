/** A vote waits for voters who are present, never for those away or offline. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { absence, tally } from "../../static/room/selectors.js";
import { aRoom, aRound } from "./rooms.js";

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
  const room = aRoom({ round: aRound({ votedUserIds }) });
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
