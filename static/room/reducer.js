/**
 * What each event does to the room. Pure, and the mirror of the Python actions: the
 * contract test replays their {state before, events, state after} through `reduce`.
 *
 * A table of a few verbs over the collections, whose items travel whole: a new field of a
 * task, a member or the session needs no change here. What follows from a change, however
 * it was made, is said once, in `settled`.
 *
 * @import {EventData, EventType, Me, Room, RoomEvent, Round, Task} from "./state.js"
 */

/** The collections, and what names an item in each; a task has one round at most. */
const KEYS = { members: "userId", tasks: "taskId", rounds: "taskId" };
const NO_DETAILS = { description: "", descriptionHtml: "", note: "" };

/** @type {{ [Type in EventType]: (room: Room, data: EventData[Type]) => Room }} */
export const handlers = {
  vote: voted,
  "member-joined": upsert("members", "member"),
  "member-updated": upsert("members", "member"),
  "member-left": remove("members"),
  presence: (room, { userId, isOnline, isAway, at }) =>
    change(room, "members", userId, { isOnline, isAway, at }),
  "task-added": upsert("tasks", "tasks"),
  "task-updated": (room, data) => ({
    ...upsert("tasks", "task")(room, data),
    current: data.task.taskId === room.currentTaskId ? null : room.current,
  }),
  "task-removed": remove("tasks"),
  "tasks-reordered": (room, { taskId, before }) => {
    const tasks = room.tasks.filter((task) => task.taskId === taskId);
    const others = remove("tasks")(room, { taskId });
    return upsert("tasks", "tasks")(others, { tasks, before });
  },
  "task-finalized": (room, { taskId, storyPoints }) =>
    change(room, "tasks", taskId, { status: "finalized", storyPoints }),
  "voting-started": (room, data) => {
    const started = upsert("rounds", "round")(room, data);
    return change(started, "tasks", data.taskId, {
      status: "voting",
      storyPoints: null,
    });
  },
  "votes-revealed": upsert("rounds", "round"),
  "session-updated": (room, { session }) => ({ ...room, session }),
  "session-ended": (room) =>
    room.tasks
      .filter((task) => task.status === "voting")
      .reduce(
        (ended, { taskId }) => change(ended, "tasks", taskId, { status: "pending" }),
        withStatus(room, "ended"),
      ),
  "session-reopened": (room) => withStatus(room, "active"),
  // sync.js ends the page.
  "session-deleted": (room) => room,
};

/**
 * @param {Room} room
 * @param {RoomEvent[]} events in the order of their versions, if they have one
 * @returns {Room}
 */
export function reduce(room, events) {
  return events.reduce((before, { type, data }) => {
    const handler = /** @type {(room: Room, data: unknown) => Room} */ (handlers[type]);
    const after = settled(before, handler(before, data));
    return "version" in data ? { ...after, version: data.version } : after;
  }, room);
}

/**
 * The room with the newest of what is known of presence, here or in `known`: events about
 * it have no version, so they may overtake other events and fetched states.
 *
 * @param {Room} known
 * @param {Room} room
 * @returns {Room}
 */
export function withNewestPresence(known, room) {
  const before = new Map(known.members.map((member) => [member.userId, member]));
  const members = room.members.map((member) => {
    const { isOnline, isAway, at } = before.get(member.userId) ?? member;
    return at > member.at ? { ...member, isOnline, isAway, at } : member;
  });
  return { ...room, members };
}

/**
 * Puts the items in `data[field]` in place of those with the same keys; new ones before
 * the item that `data.before` names, else at the end.
 *
 * @param {keyof typeof KEYS} collection
 * @param {string} field one item, or several
 * @returns {(room: Room, data: any) => Room}
 */
function upsert(collection, field) {
  const keyOf = (/** @type {any} */ item) => item[KEYS[collection]];
  return (room, data) => {
    const given = new Map([data[field]].flat().map((item) => [keyOf(item), item]));
    const items = room[collection].map((item) => given.get(keyOf(item)) ?? item);
    for (const item of room[collection]) given.delete(keyOf(item));
    const index = items.findIndex((item) => keyOf(item) === data.before);
    return {
      ...room,
      [collection]: items.toSpliced(
        index < 0 ? items.length : index,
        0,
        ...given.values(),
      ),
    };
  };
}

/**
 * Removes the item whose key is in the data.
 *
 * @param {keyof typeof KEYS} collection
 * @returns {(room: Room, data: any) => Room}
 */
function remove(collection) {
  const key = KEYS[collection];
  return (room, data) => ({
    ...room,
    [collection]: room[collection].filter(
      (/** @type {any} */ item) => item[key] !== data[key],
    ),
  });
}

/**
 * Changes some fields of the item with this key.
 *
 * @template {keyof typeof KEYS} Collection
 * @param {Room} room
 * @param {Collection} collection
 * @param {string} id
 * @param {Partial<Room[Collection][number]>} fields
 * @returns {Room}
 */
function change(room, collection, id, fields) {
  return {
    ...room,
    [collection]: room[collection].map((/** @type {any} */ item) =>
      item[KEYS[collection]] === id ? { ...item, ...fields } : item,
    ),
  };
}

/**
 * A member who votes is online, even without a live connection.
 *
 * @param {Room} room
 * @param {EventData["vote"]} data
 */
function voted(room, { taskId, userId, hasVoted }) {
  const round = room.rounds.find((each) => each.taskId === taskId);
  const others = (round?.votedUserIds ?? []).filter((id) => id !== userId);
  const votedUserIds = hasVoted ? [...others, userId].sort() : others;
  return change(change(room, "members", userId, { isOnline: true }), "rounds", taskId, {
    votedUserIds,
  });
}

/**
 * @param {Room} room
 * @param {Room["session"]["status"]} status
 */
function withStatus(room, status) {
  return { ...room, session: { ...room.session, status } };
}

/**
 * The room with what follows from its collections.
 *
 * @param {Room} before
 * @param {Room} changed
 * @returns {Room}
 */
function settled(before, changed) {
  const room = withNewestPresence(before, changed);
  const rounds = roundsOf(room);
  const inHand = taskInHand(room);
  const isSame = inHand?.taskId === before.currentTaskId;
  const details = inHand?.hasDescription
    ? isSame && room.current
    : inHand && NO_DETAILS;
  return {
    ...room,
    me: meIn(room, before, rounds),
    rounds,
    currentTaskId: inHand?.taskId ?? null,
    current: details || null,
  };
}

/**
 * A round exists exactly as long as its task is being voted on. While it is open, only
 * present voters have a card in it.
 *
 * @param {Room} room
 * @returns {Round[]}
 */
function roundsOf({ members, rounds, tasks }) {
  const isVoter = (/** @type {string} */ id) =>
    members.some(({ userId, role }) => userId === id && role === "voter");
  return tasks
    .filter(({ status }) => status === "voting")
    .flatMap(({ taskId }) => rounds.filter((round) => round.taskId === taskId))
    .map((round) =>
      round.status === "revealed" || round.votedUserIds.every(isVoter)
        ? round
        : { ...round, votedUserIds: round.votedUserIds.filter(isVoter) },
    );
}

/**
 * The task being voted on, else the first that waits.
 *
 * @param {Room} room
 * @returns {Task | undefined}
 */
function taskInHand({ session, tasks }) {
  if (session.status === "ended") return undefined;
  return (
    tasks.find(({ status }) => status === "voting") ??
    tasks.find(({ status }) => status === "pending")
  );
}

/**
 * `me` repeats one's own entry in `members`, and has one's cards of the rounds in which
 * they were laid.
 *
 * @param {Room} room
 * @param {Room} before
 * @param {Round[]} rounds
 * @returns {Me}
 */
function meIn({ me, members }, before, rounds) {
  const own = members.find(({ userId }) => userId === me.userId) ?? {};
  const repeated = Object.entries(own).filter(([field]) => Object.hasOwn(me, field));
  const now = /** @type {Me} */ ({ ...me, ...Object.fromEntries(repeated) });
  const laid = rounds.filter(
    ({ roundId, status, taskId }) =>
      Object.hasOwn(me.votes, taskId) &&
      before.rounds.some((round) => round.roundId === roundId) &&
      (now.role === "voter" || status === "revealed"),
  );
  return {
    ...now,
    votes: Object.fromEntries(laid.map(({ taskId }) => [taskId, me.votes[taskId]])),
  };
}
