/**
 * What each event does to the room. Pure, and the mirror of the Python actions: the
 * contract test replays their {state before, events, state after} through `reduce`.
 *
 * No event carries a card before the reveal, so `me.vote` is not kept here but by
 * votes.js and sync.js; here it only ends with its round.
 *
 * @import {EventData, EventType, PokerEvent, Room, Task} from "./state.js"
 */

/** @type {{ [Type in EventType]: (room: Room, data: EventData[Type]) => Room }} */
export const handlers = {
  vote: (room, { userId, hasVoted }) =>
    withVoted(withPresent(room, userId), userId, hasVoted),

  "member-joined": (room, { member }) => ({
    ...room,
    members: [...room.members, { ...member, isOnline: true, isAway: false }],
  }),

  "member-updated": (room, { member }) => {
    // Presence is told only where it changed, and of oneself it is shown with the others.
    const { isOnline, isAway, ...facts } = member;
    const updated = {
      ...room,
      me: room.me.userId === member.userId ? { ...room.me, ...facts } : room.me,
      members: room.members.map((known) =>
        known.userId === member.userId ? { ...known, ...member } : known,
      ),
    };
    return member.role === "observer" ? withoutVoteOf(member.userId, updated) : updated;
  },

  "member-left": (room, { userId }) =>
    withoutVoteOf(userId, {
      ...room,
      members: room.members.filter((member) => member.userId !== userId),
    }),

  "task-added": (room, { tasks }) => ({ ...room, tasks: [...room.tasks, ...tasks] }),

  "task-updated": (room, { task }) => withTask(room, task.taskId, task),

  "task-removed": (room, { taskId }) =>
    withTasks(
      room,
      room.tasks.filter((task) => task.taskId !== taskId),
    ),

  "tasks-reordered": (room, { taskIds }) => {
    const tasks = new Map(room.tasks.map((task) => [task.taskId, task]));
    return { ...room, tasks: taskIds.flatMap((taskId) => tasks.get(taskId) ?? []) };
  },

  "voting-started": (room, { taskId, round }) => ({
    ...withTask(room, taskId, { status: "voting", storyPoints: null }),
    round,
    me: { ...room.me, vote: null },
  }),

  "votes-revealed": (room, { round }) => ({ ...room, round }),

  "task-finalized": (room, { taskId, storyPoints }) =>
    withTask(room, taskId, { status: "finalized", storyPoints }),

  "session-updated": (room, { session }) => ({ ...room, session }),

  "session-ended": (room) => withSessionStatus(room, "ended"),

  "session-reopened": (room) => withSessionStatus(room, "active"),
};

/**
 * @param {Room} room
 * @param {PokerEvent[]} events in the order of their versions
 * @returns {Room}
 */
export function reduce(room, events) {
  return events.reduce((state, { type, data }) => {
    const handler = /** @type {(room: Room, data: unknown) => Room} */ (handlers[type]);
    return { ...handler(state, data), version: data.version };
  }, room);
}

/**
 * Whoever votes is here, also one whose browser has no live connection.
 *
 * @param {Room} room
 * @param {string} userId
 * @returns {Room}
 */
function withPresent(room, userId) {
  const members = room.members.map((member) =>
    member.userId === userId ? { ...member, isOnline: true } : member,
  );
  return { ...room, members };
}

/**
 * @param {Room} room
 * @param {string} userId
 * @param {boolean} hasVoted
 * @returns {Room}
 */
function withVoted(room, userId, hasVoted) {
  if (!room.round) return room;
  const others = room.round.votedUserIds.filter((id) => id !== userId);
  const votedUserIds = hasVoted ? [...others, userId].sort() : others;
  return { ...room, round: { ...room.round, votedUserIds } };
}

/**
 * Of a member who left or only watches now: an open round forgets the card, a revealed
 * one has happened.
 *
 * @param {string} userId
 * @param {Room} room
 * @returns {Room}
 */
function withoutVoteOf(userId, room) {
  if (room.round?.status !== "voting") return room;
  const me = room.me.userId === userId ? { ...room.me, vote: null } : room.me;
  return withVoted({ ...room, me }, userId, false);
}

/**
 * @param {Room} room
 * @param {string} taskId
 * @param {Partial<Task>} changes
 * @returns {Room}
 */
function withTask(room, taskId, changes) {
  return withTasks(
    room,
    room.tasks.map((task) => (task.taskId === taskId ? { ...task, ...changes } : task)),
  );
}

/**
 * A round lives exactly as long as its task is being voted on.
 *
 * @param {Room} room
 * @param {Task[]} tasks
 * @returns {Room}
 */
function withTasks(room, tasks) {
  const isOn = tasks.some(
    (task) => task.taskId === room.round?.taskId && task.status === "voting",
  );
  if (isOn) return { ...room, tasks };
  return { ...room, tasks, round: null, me: { ...room.me, vote: null } };
}

/**
 * @param {Room} room
 * @param {"active" | "ended"} status
 * @returns {Room}
 */
function withSessionStatus(room, status) {
  return { ...room, session: { ...room.session, status } };
}
