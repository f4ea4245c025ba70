/**
 * Test rooms: seen by Amira, a facilitator; Jonas is a voter, Tom an observer; the first
 * of two tasks is being voted on.
 *
 * @import {EventData, EventType, PokerEvent, Room} from "../../static/room/state.js"
 */

/**
 * @param {Partial<Room>} [changes]
 * @returns {Room}
 */
export function aRoom(changes = {}) {
  return {
    version: 7,
    serverTime: "2026-01-05T09:00:00Z",
    session: {
      id: "abcdefgh12345678",
      name: "Payments",
      status: "active",
      deck: { slug: "fibonacci", cards: ["1", "2", "3", "5", "8", "?", "☕"] },
      settings: {},
    },
    me: {
      userId: "amira",
      name: "Amira",
      role: "voter",
      isFacilitator: true,
      vote: null,
    },
    members: [
      {
        userId: "amira",
        name: "Amira",
        role: "voter",
        isFacilitator: true,
        isOnline: true,
        isAway: false,
      },
      {
        userId: "jonas",
        name: "Jonas",
        role: "voter",
        isFacilitator: false,
        isOnline: true,
        isAway: false,
      },
      {
        userId: "tom",
        name: "Tom",
        role: "observer",
        isFacilitator: false,
        isOnline: false,
        isAway: false,
      },
    ],
    tasks: [aTask("first", { status: "voting" }), aTask("second")],
    round: aRound(),
    ...changes,
  };
}

/**
 * @param {string} taskId
 * @param {Partial<import("../../static/room/state.js").Task>} [changes]
 * @returns {import("../../static/room/state.js").Task}
 */
export function aTask(taskId, changes = {}) {
  return {
    taskId,
    title: `The ${taskId}`,
    description: "",
    link: "",
    status: "pending",
    storyPoints: null,
    ...changes,
  };
}

/**
 * @param {Partial<import("../../static/room/state.js").Round>} [changes]
 * @returns {import("../../static/room/state.js").Round}
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
  return aRoom({ round: null, tasks: [aTask("first"), aTask("second")] });
}

/**
 * @template {EventType} Type
 * @param {Type} type
 * @param {number} version
 * @param {Omit<EventData[Type], "sessionId" | "version">} data
 */
export function anEvent(type, version, data) {
  return /** @type {PokerEvent} */ (
    /** @type {unknown} */ ({
      type,
      data: { sessionId: "abcdefgh12345678", version, ...data },
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
