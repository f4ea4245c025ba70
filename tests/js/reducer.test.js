import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { reduce } from "../../static/room/reducer.js";
import { aMember, anEvent, aRoom, aRoomAtRest, aRound, aTask, aVote } from "./rooms.js";

/** @param {import("../../static/room/state.js").Room} room */
const names = (room) => room.members.map((member) => member.name);

/** @param {import("../../static/room/state.js").Room} room */
const queue = (room) => room.tasks.map((task) => `${task.taskId} ${task.status}`);

const votedByBoth = () =>
  aRoom({ rounds: [aRound({ votedUserIds: ["amira", "jonas"] })] });

const revealed = () =>
  aRoom({
    rounds: [
      aRound({
        status: "revealed",
        votedUserIds: ["amira", "jonas"],
        votes: [
          { userId: "amira", storyPoints: "5" },
          { userId: "jonas", storyPoints: "8" },
        ],
      }),
    ],
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
    assert.deepEqual(room.rounds[0]?.votedUserIds, ["amira", "jonas"]);
  });

  test("a vote can be taken back", () => {
    const room = reduce(votedByBoth(), [aVote(8, "jonas", false)]);
    assert.deepEqual(room.rounds[0]?.votedUserIds, ["amira"]);
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
    room.me.votes = { first: "5" };
    assert.deepEqual(reduce(room, [aVote(8, "amira")]).me.votes, { first: "5" });
  });
});

describe("members", () => {
  test("a new member comes last", () => {
    const member = aMember("lena");
    const room = reduce(aRoom(), [anEvent("member-joined", 8, { member })]);
    assert.deepEqual(names(room), ["Amira", "Jonas", "Tom", "Lena"]);
    assert.deepEqual(room.members.at(-1), member);
  });

  test("an updated member keeps their place", () => {
    const member = aMember("tom", { name: "Thomas" });
    const room = reduce(aRoom(), [anEvent("member-updated", 8, { member })]);
    assert.deepEqual(names(room), ["Amira", "Jonas", "Thomas"]);
  });

  test("an update of oneself also updates `me`", () => {
    const member = aMember("amira", { name: "Mira", isFacilitator: false });
    const { me } = reduce(aRoom(), [anEvent("member-updated", 8, { member })]);
    assert.deepEqual([me.name, me.isFacilitator], ["Mira", false]);
    assert.deepEqual(Object.keys(me), Object.keys(aRoom().me));
  });

  test("an open round drops the vote of a member who leaves", () => {
    const room = reduce(votedByBoth(), [
      anEvent("member-left", 8, { userId: "jonas" }),
    ]);
    assert.deepEqual(names(room), ["Amira", "Tom"]);
    assert.deepEqual(room.rounds[0]?.votedUserIds, ["amira"]);
  });

  test("an open round drops the vote of a member who becomes an observer", () => {
    const room = votedByBoth();
    room.me.votes = { first: "5" };
    const member = aMember("amira", { role: "observer" });
    const observing = reduce(room, [anEvent("member-updated", 8, { member })]);
    assert.deepEqual(observing.rounds[0]?.votedUserIds, ["jonas"]);
    assert.deepEqual(observing.me.votes, {});
  });

  test("a revealed round keeps every vote", () => {
    const member = aMember("jonas", { role: "observer" });
    const room = reduce(revealed(), [
      anEvent("member-updated", 8, { member }),
      anEvent("member-left", 9, { userId: "jonas" }),
    ]);
    assert.deepEqual(room.rounds, revealed().rounds);
  });
});

describe("presence", () => {
  /** @param {Partial<ReturnType<typeof aMember>>} presence */
  const told = (presence) =>
    /** @type {import("../../static/room/state.js").RoomEvent} */ ({
      type: "presence",
      data: { sessionId: "s", ...aMember("jonas"), ...presence },
    });

  test("the newest counts, whatever order it arrives in", () => {
    const away = told({ isAway: true, at: 3000 });
    const back = told({ isAway: false, at: 2000 });
    for (const events of [
      [away, back],
      [back, away],
    ]) {
      const [, jonas] = reduce(aRoom(), events).members;
      assert.deepEqual([jonas.isAway, jonas.at], [true, 3000]);
    }
  });

  test("it has no version, and tells nothing else of a member", () => {
    const room = reduce(aRoom(), [told({ isOnline: false, at: 3000, name: "X" })]);
    assert.equal(room.version, 7);
    assert.deepEqual(room.members[1], aMember("jonas", { isOnline: false, at: 3000 }));
  });

  test("of somebody unknown is ignored", () => {
    const room = reduce(aRoom(), [told({ userId: "lena" })]);
    assert.deepEqual(room, aRoom());
  });

  test("an older update of a member keeps what is known", () => {
    const member = aMember("jonas", { name: "Jon", isAway: false, at: 2000 });
    const room = reduce(aRoom(), [
      told({ isAway: true, at: 3000 }),
      anEvent("member-updated", 8, { member }),
    ]);
    const { name, isAway, at } = room.members[1];
    assert.deepEqual([name, isAway, at], ["Jon", true, 3000]);
  });

  test("a newer update of a member replaces it", () => {
    const member = aMember("jonas", { isAway: false, at: 4000 });
    const room = reduce(aRoom(), [
      told({ isAway: true, at: 3000 }),
      anEvent("member-updated", 8, { member }),
    ]);
    assert.deepEqual(room.members[1], member);
  });
});

describe("a field that this page does not know", () => {
  const unknown = /** @type {any} */ ({ colour: "teal" });
  /** @param {import("../../static/room/state.js").PokerEvent[]} events */
  const after = (...events) => /** @type {any} */ (reduce(aRoom(), events));

  test("of a task travels through", () => {
    const room = after(
      anEvent("task-added", 8, { tasks: [aTask("third", unknown)], before: null }),
      anEvent("task-updated", 9, { task: aTask("second", unknown) }),
      anEvent("tasks-reordered", 10, { taskId: "third", before: "first" }),
    );
    assert.equal(room.tasks[0].colour, "teal");
    assert.equal(room.tasks[2].colour, "teal");
  });

  test("of a member travels through, and stays", () => {
    const room = after(
      anEvent("member-joined", 8, { member: aMember("lena", unknown) }),
      anEvent("member-updated", 9, { member: aMember("jonas", unknown) }),
      aVote(10, "jonas"),
    );
    assert.equal(room.members[1].colour, "teal");
    assert.equal(room.members[3].colour, "teal");
  });

  test("of the session and of a round travels through", () => {
    const session = { ...aRoom().session, ...unknown };
    const room = after(
      anEvent("session-updated", 8, { session }),
      anEvent("session-ended", 9, {}),
      anEvent("session-reopened", 10, {}),
      anEvent("voting-started", 11, { taskId: "first", round: aRound(unknown) }),
    );
    assert.equal(room.session.colour, "teal");
    assert.equal(room.rounds[0].colour, "teal");
  });
});

describe("tasks", () => {
  test("new tasks come last, in their order", () => {
    const tasks = [aTask("third"), aTask("fourth")];
    const room = reduce(aRoomAtRest(), [
      anEvent("task-added", 8, { tasks, before: null }),
    ]);
    assert.deepEqual(queue(room), [
      "first pending",
      "second pending",
      "third pending",
      "fourth pending",
    ]);
  });

  test("new tasks come before another one, if it is named", () => {
    const tasks = [aTask("third"), aTask("fourth")];
    const room = reduce(aRoomAtRest(), [
      anEvent("task-added", 8, { tasks, before: "second" }),
    ]);
    const taskIds = room.tasks.map((task) => task.taskId);
    assert.deepEqual(taskIds, ["first", "third", "fourth", "second"]);
  });

  test("editing a task keeps its open round", () => {
    const task = aTask("first", { status: "voting", title: "Clearer" });
    const room = reduce(votedByBoth(), [anEvent("task-updated", 8, { task })]);
    assert.equal(room.tasks[0].title, "Clearer");
    assert.deepEqual(room.rounds, votedByBoth().rounds);
  });

  test("skipping a task removes its round and one's card", () => {
    const room = votedByBoth();
    room.me.votes = { first: "5" };
    const task = aTask("first", { status: "skipped" });
    const skipped = reduce(room, [anEvent("task-updated", 8, { task })]);
    assert.deepEqual(
      [queue(skipped)[0], skipped.rounds, skipped.me.votes, skipped.currentTaskId],
      ["first skipped", [], {}, "second"],
    );
  });

  test("removing a task removes its round, and no other", () => {
    const removed = (/** @type {string} */ taskId) =>
      reduce(votedByBoth(), [anEvent("task-removed", 8, { taskId })]);
    assert.deepEqual(queue(removed("first")), ["second pending"]);
    assert.deepEqual(removed("first").rounds, []);
    assert.equal(removed("second").rounds.length, 1);
  });

  test("a task is moved before another one, or to the end", () => {
    const room = aRoomAtRest();
    room.tasks.push(aTask("third"));
    /** @param {string} taskId @param {string | null} before */
    const moved = (taskId, before) =>
      reduce(room, [anEvent("tasks-reordered", 8, { taskId, before })]).tasks.map(
        (task) => task.taskId,
      );
    assert.deepEqual(moved("third", "first"), ["third", "first", "second"]);
    assert.deepEqual(moved("first", "third"), ["second", "first", "third"]);
    assert.deepEqual(moved("first", null), ["second", "third", "first"]);
    assert.deepEqual(moved("first", "first"), ["second", "third", "first"]);
  });
});

describe("the task in hand", () => {
  const described = { description: "Why", descriptionHtml: "<p>Why</p>", note: "" };
  const nothing = { description: "", descriptionHtml: "", note: "" };
  const aDescribedRoom = () =>
    aRoom({
      tasks: [
        aTask("first", { status: "voting", hasDescription: true }),
        aTask("second", { hasDescription: true }),
        aTask("third"),
      ],
      current: described,
    });

  test("is the one being voted on, else the first that waits", () => {
    const room = reduce(aRoomAtRest(), [
      anEvent("voting-started", 8, {
        taskId: "second",
        round: aRound({ taskId: "second" }),
      }),
    ]);
    assert.equal(room.currentTaskId, "second");
    const later = reduce(room, [
      anEvent("task-finalized", 9, {
        taskId: "second",
        storyPoints: "5",
        nextTaskId: "first",
      }),
      anEvent("task-removed", 10, { taskId: "first" }),
    ]);
    assert.deepEqual([later.currentTaskId, later.current], [null, null]);
  });

  test("keeps its description, whatever else happens", () => {
    const room = reduce(aDescribedRoom(), [
      aVote(8, "jonas"),
      anEvent("votes-revealed", 9, { taskId: "first", round: revealed().rounds[0] }),
      anEvent("task-updated", 10, { task: aTask("third", { hasDescription: true }) }),
    ]);
    assert.equal(room.current, described);
  });

  test("has a description that is not known once another task is in hand", () => {
    const skip = (/** @type {string} */ taskId, /** @type {number} */ version) =>
      anEvent("task-updated", version, {
        task: aTask(taskId, { status: "skipped", hasDescription: true }),
      });
    const second = reduce(aDescribedRoom(), [skip("first", 8)]);
    assert.deepEqual([second.currentTaskId, second.current], ["second", null]);
    const data = { taskId: "first", storyPoints: "5", nextTaskId: "second" };
    const next = reduce(aDescribedRoom(), [anEvent("task-finalized", 8, data)]);
    assert.deepEqual([next.currentTaskId, next.current], ["second", null]);
    const third = reduce(second, [skip("second", 9)]);
    assert.deepEqual([third.currentTaskId, third.current], ["third", nothing]);
  });

  test("has a description that is not known once it was changed", () => {
    const change = (/** @type {boolean} */ hasDescription) =>
      reduce(aDescribedRoom(), [
        anEvent("task-updated", 8, {
          task: aTask("first", { status: "voting", hasDescription }),
        }),
      ]);
    assert.equal(change(true).current, null);
    assert.deepEqual(change(false).current, nothing);
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
    assert.deepEqual(started.rounds, [round]);
  });

  test("voting again clears one's own card", () => {
    const room = revealed();
    room.me.votes = { first: "5" };
    const round = aRound({ roundId: "round-2", number: 2 });
    const again = reduce(room, [
      anEvent("voting-started", 8, { taskId: "first", round }),
    ]);
    assert.deepEqual([again.rounds, again.me.votes], [[round], {}]);
  });

  test("a reveal adds the cards and keeps one's own", () => {
    const room = votedByBoth();
    room.me.votes = { first: "5" };
    const [round] = revealed().rounds;
    const shown = reduce(room, [
      anEvent("votes-revealed", 8, { taskId: "first", round }),
    ]);
    assert.deepEqual([shown.rounds, shown.me.votes], [[round], { first: "5" }]);
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
    assert.deepEqual([room.rounds, room.me.votes], [[], {}]);
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

  test("an end in mid-vote puts the task back and takes the cards away", () => {
    const room = votedByBoth();
    room.me.votes = { first: "5" };
    const ended = reduce(room, [anEvent("session-ended", 8, {})]);
    assert.deepEqual(queue(ended), ["first pending", "second pending"]);
    assert.deepEqual(
      [ended.rounds, ended.me.votes, ended.currentTaskId, ended.current],
      [[], {}, null, null],
    );
    const reopened = reduce(ended, [anEvent("session-reopened", 9, {})]);
    assert.equal(reopened.currentTaskId, "first");
  });
});
