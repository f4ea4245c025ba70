import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { reduce } from "../../static/room/reducer.js";
import { anEvent, aRoom, aRoomAtRest, aRound, aTask, aVote } from "./rooms.js";

/** @param {import("../../static/room/state.js").Room} room */
const names = (room) => room.members.map((member) => member.name);

/** @param {import("../../static/room/state.js").Room} room */
const queue = (room) => room.tasks.map((task) => `${task.taskId} ${task.status}`);

const votedByBoth = () =>
  aRoom({ round: aRound({ votedUserIds: ["amira", "jonas"] }) });

const revealed = () =>
  aRoom({
    round: aRound({
      status: "revealed",
      votedUserIds: ["amira", "jonas"],
      votes: [
        { userId: "amira", storyPoints: "5" },
        { userId: "jonas", storyPoints: "8" },
      ],
    }),
  });

test("the given room is not changed", () => {
  const room = aRoom();
  const before = structuredClone(room);
  reduce(room, [aVote(8, "jonas"), anEvent("session-ended", 9, {})]);
  assert.deepEqual(room, before);
});

test("the room has the version of the last event", () => {
  assert.equal(reduce(aRoom(), [aVote(8, "jonas"), aVote(9, "amira")]).version, 9);
});

describe("vote", () => {
  test("it says who has voted, in a fixed order, and counts a swap once", () => {
    const room = reduce(aRoom(), [
      aVote(8, "jonas"),
      aVote(9, "amira"),
      aVote(10, "jonas"),
    ]);
    assert.deepEqual(room.round?.votedUserIds, ["amira", "jonas"]);
  });

  test("a vote can be taken back", () => {
    const room = reduce(votedByBoth(), [aVote(8, "jonas", false)]);
    assert.deepEqual(room.round?.votedUserIds, ["amira"]);
  });

  test("a member who votes is online, even without a live connection", () => {
    const room = aRoom();
    room.members = room.members.map((member) => ({ ...member, isOnline: false }));
    const { members } = reduce(room, [aVote(8, "jonas")]);
    const here = members.filter((member) => member.isOnline);
    assert.deepEqual(
      here.map((member) => member.userId),
      ["jonas"],
    );
  });

  test("one's own card is kept: the event does not carry it", () => {
    const room = aRoom();
    room.me.vote = "5";
    assert.equal(reduce(room, [aVote(8, "amira")]).me.vote, "5");
  });
});

describe("members", () => {
  const lena = {
    userId: "lena",
    name: "Lena",
    role: /** @type {const} */ ("voter"),
    isFacilitator: false,
  };
  const jonas = { ...lena, userId: "jonas", name: "Jonas" };
  const amira = { ...lena, userId: "amira", name: "Amira", isFacilitator: true };

  test("a new member comes last and is online", () => {
    const room = reduce(aRoom(), [anEvent("member-joined", 8, { member: lena })]);
    assert.deepEqual(names(room), ["Amira", "Jonas", "Tom", "Lena"]);
    assert.equal(room.members.at(-1)?.isOnline, true);
    assert.equal(room.members.at(-1)?.isAway, false);
  });

  test("an updated member keeps their place and presence", () => {
    const member = { ...jonas, userId: "tom", name: "Thomas" };
    const room = reduce(aRoom(), [anEvent("member-updated", 8, { member })]);
    assert.deepEqual(names(room), ["Amira", "Jonas", "Thomas"]);
    assert.equal(room.members[2].isOnline, false);
  });

  test("a member stays away until an event changes that", () => {
    const away = { ...jonas, isOnline: true, isAway: true };
    const renamed = { ...jonas, name: "Jonas W." };
    const room = reduce(aRoom(), [
      anEvent("member-updated", 8, { member: away }),
      anEvent("member-updated", 9, { member: renamed }),
    ]);
    assert.deepEqual(room.members[1], { ...away, name: "Jonas W." });
    const back = anEvent("member-updated", 10, { member: { ...away, isAway: false } });
    assert.equal(reduce(room, [back]).members[1].isAway, false);
  });

  test("one's own presence is kept in the members, not in `me`", () => {
    const member = { ...amira, isOnline: true, isAway: true };
    const room = reduce(aRoom(), [anEvent("member-updated", 8, { member })]);
    assert.deepEqual(room.me, { ...aRoom().me });
    assert.equal(room.members[0].isAway, true);
  });

  test("an update of oneself also updates `me`", () => {
    const member = { ...amira, name: "Mira", isFacilitator: false };
    const { me } = reduce(aRoom(), [anEvent("member-updated", 8, { member })]);
    assert.deepEqual([me.name, me.isFacilitator], ["Mira", false]);
  });

  test("an open round drops the vote of a member who leaves", () => {
    const room = reduce(votedByBoth(), [
      anEvent("member-left", 8, { userId: "jonas" }),
    ]);
    assert.deepEqual(names(room), ["Amira", "Tom"]);
    assert.deepEqual(room.round?.votedUserIds, ["amira"]);
  });

  test("an open round drops the vote of a member who becomes an observer", () => {
    const room = votedByBoth();
    room.me.vote = "5";
    const member = { ...amira, role: /** @type {const} */ ("observer") };
    const observing = reduce(room, [anEvent("member-updated", 8, { member })]);
    assert.deepEqual(observing.round?.votedUserIds, ["jonas"]);
    assert.equal(observing.me.vote, null);
  });

  test("a revealed round keeps every vote", () => {
    const member = { ...jonas, role: /** @type {const} */ ("observer") };
    const room = reduce(revealed(), [
      anEvent("member-updated", 8, { member }),
      anEvent("member-left", 9, { userId: "jonas" }),
    ]);
    assert.deepEqual(room.round, revealed().round);
  });
});

describe("tasks", () => {
  test("new tasks come last, in their order", () => {
    const tasks = [aTask("third"), aTask("fourth")];
    const room = reduce(aRoomAtRest(), [anEvent("task-added", 8, { tasks })]);
    assert.deepEqual(queue(room), [
      "first pending",
      "second pending",
      "third pending",
      "fourth pending",
    ]);
  });

  test("editing a task keeps its open round", () => {
    const task = aTask("first", { status: "voting", title: "Clearer" });
    const room = reduce(votedByBoth(), [anEvent("task-updated", 8, { task })]);
    assert.equal(room.tasks[0].title, "Clearer");
    assert.deepEqual(room.round, votedByBoth().round);
  });

  test("skipping a task removes its round and one's card", () => {
    const room = votedByBoth();
    room.me.vote = "5";
    const task = aTask("first", { status: "skipped" });
    const skipped = reduce(room, [anEvent("task-updated", 8, { task })]);
    assert.deepEqual(
      [queue(skipped)[0], skipped.round, skipped.me.vote],
      ["first skipped", null, null],
    );
  });

  test("removing a task removes its round, and no other", () => {
    const removed = (/** @type {string} */ taskId) =>
      reduce(votedByBoth(), [anEvent("task-removed", 8, { taskId })]);
    assert.deepEqual(queue(removed("first")), ["second pending"]);
    assert.equal(removed("first").round, null);
    assert.notEqual(removed("second").round, null);
  });

  test("the queue is reordered", () => {
    const room = reduce(aRoom(), [
      anEvent("tasks-reordered", 8, { taskIds: ["second", "first"] }),
    ]);
    assert.deepEqual(queue(room), ["second pending", "first voting"]);
  });
});

describe("rounds", () => {
  test("a new vote has no cards and clears the old estimate", () => {
    const room = aRoomAtRest();
    room.tasks[0] = aTask("first", { status: "finalized", storyPoints: "3" });
    const round = aRound({ roundId: "round-2", number: 2 });
    const started = reduce(room, [
      anEvent("voting-started", 8, { taskId: "first", round }),
    ]);
    assert.deepEqual(started.tasks[0], aTask("first", { status: "voting" }));
    assert.deepEqual(started.round, round);
  });

  test("voting again clears one's own card", () => {
    const room = revealed();
    room.me.vote = "5";
    const round = aRound({ roundId: "round-2", number: 2 });
    const again = reduce(room, [
      anEvent("voting-started", 8, { taskId: "first", round }),
    ]);
    assert.deepEqual([again.round?.number, again.me.vote], [2, null]);
  });

  test("a reveal adds the cards and keeps one's own", () => {
    const room = votedByBoth();
    room.me.vote = "5";
    const { round } = revealed();
    assert.ok(round);
    const shown = reduce(room, [
      anEvent("votes-revealed", 8, { taskId: "first", round }),
    ]);
    assert.deepEqual([shown.round, shown.me.vote], [round, "5"]);
  });

  test("an estimate ends the round", () => {
    const room = reduce(revealed(), [
      anEvent("task-finalized", 8, {
        taskId: "first",
        storyPoints: "5",
        nextTaskId: "second",
      }),
    ]);
    assert.deepEqual(
      room.tasks[0],
      aTask("first", { status: "finalized", storyPoints: "5" }),
    );
    assert.deepEqual([room.round, room.me.vote], [null, null]);
  });
});

describe("session", () => {
  test("its name and deck can change", () => {
    const session = {
      ...aRoom().session,
      name: "Search",
      deck: { slug: "custom", cards: ["S", "M"] },
    };
    const room = reduce(aRoom(), [anEvent("session-updated", 8, { session })]);
    assert.deepEqual(room.session, session);
  });

  test("it ends and is reopened", () => {
    const ended = reduce(aRoom(), [anEvent("session-ended", 8, {})]);
    const reopened = reduce(ended, [anEvent("session-reopened", 9, {})]);
    assert.deepEqual(
      [ended.session.status, reopened.session.status],
      ["ended", "active"],
    );
  });
});
