/**
 * Test rooms: seen by Amira, a facilitator; Jonas is a voter, Tom an observer; the first
 * of two tasks is being voted on.
 *
 * @import {EventData, EventType, Member, PokerEvent, Room, Round,
 *   Task} from "../../static/room/state.js"
 */

/**
 * @param {Partial<Room>} [changes]
 * @returns {Room}
 */
export function aRoom(changes = {}) {
  const tasks = changes.tasks ?? [
    aTask("first", { status: "voting" }),
    aTask("second"),
  ];
  const inHand =
    tasks.find(({ status }) => status === "voting") ??
    tasks.find(({ status }) => status === "pending");
  return {
    contract: 2,
    version: 7,
    serverTime: "2026-01-05T09:00:00Z",
    channel: "planning-poker-abcdefgh12345678",
    session: {
      id: "abcdefgh12345678",
      name: "Payments",
      status: "active",
      deck: { slug: "fibonacci", cards: ["1", "2", "3", "5", "8", "?", "☕"] },
      settings: {},
      facilitatorsAwaySince: null,
    },
    me: {
      userId: "amira",
      name: "Amira",
      role: "voter",
      isFacilitator: true,
      may: ["vote", "reveal", "run", "editTasks", "manage"],
      votes: {},
    },
    members: [
      aMember("amira", { isFacilitator: true }),
      aMember("jonas"),
      aMember("tom", { role: "observer", isOnline: false, at: 0 }),
    ],
    tasks,
    currentTaskId: inHand?.taskId ?? null,
    current: inHand ? { description: "", descriptionHtml: "", note: "" } : null,
    rounds: [aRound()],
    ...changes,
  };
}

/**
 * @param {string} userId the name in lower case
 * @param {Partial<Member>} [changes]
 * @returns {Member}
 */
export function aMember(userId, changes = {}) {
  return {
    userId,
    name: userId[0].toUpperCase() + userId.slice(1),
    role: "voter",
    isFacilitator: false,
    isOnline: true,
    isAway: false,
    at: 1000,
    ...changes,
  };
}

/**
 * @param {string} taskId
 * @param {Partial<Task>} [changes]
 * @returns {Task}
 */
export function aTask(taskId, changes = {}) {
  return {
    taskId,
    key: null,
    title: `The ${taskId}`,
    link: "",
    status: "pending",
    storyPoints: null,
    hasDescription: false,
    ...changes,
  };
}

/**
 * @param {Partial<Round>} [changes]
 * @returns {Round}
 */
export function aRound(changes = {}) {
  return {
    roundId: "round-1",
    taskId: "first",
    number: 1,
    status: "voting",
    votedUserIds: [],
    deadline: null,
    ...changes,
  };
}

/** The same room while nothing is being voted on. */
export function aRoomAtRest() {
  return aRoom({ rounds: [], tasks: [aTask("first"), aTask("second")] });
}

/**
 * @template {EventType} Type
 * @param {Type} type
 * @param {number} version
 * @param {Omit<EventData[Type], "sessionId" | "version" | "by">} data
 */
export function anEvent(type, version, data) {
  return /** @type {PokerEvent} */ (
    /** @type {unknown} */ ({
      type,
      data: { sessionId: "abcdefgh12345678", version, by: null, ...data },
    })
  );
}

/**
 * A member voted, or took the vote back.
 *
 * @param {number} version
 * @param {string} userId
 */
export function aVote(version, userId, hasVoted = true) {
  return anEvent("vote", version, {
    taskId: "first",
    userId,
    storyPoints: null,
    hasVoted,
  });
}
