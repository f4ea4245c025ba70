/** Selectors: values that views derive from the room's state. */

/** @import {Ability, Member, PageState, Room, Round, Task} from "./state.js" */

/** Cards without an estimate: "I'm not sure" and "I need a break". */
const SPECIAL_CARDS = new Set(["?", "☕"]);
const VULGAR_FRACTIONS = new Map([
  ["½", 0.5],
  ["¼", 0.25],
  ["¾", 0.75],
]);

/** @param {Room} room */
export function hasEnded(room) {
  return room.session.status === "ended";
}

/**
 * Whether this member may do something, in a session that has not ended or to reopen it.
 *
 * @param {Room} room
 * @param {Ability} ability
 */
export function may({ me }, ability) {
  return me.may.includes(ability);
}

/**
 * The task being voted on, else the next pending one.
 *
 * @param {Room} room
 * @returns {Task | null}
 */
export function taskInHand({ currentTaskId, tasks }) {
  return tasks.find((task) => task.taskId === currentTaskId) ?? null;
}

/**
 * The round of the task in hand, null while it is not being voted on.
 *
 * @param {Room} room
 */
export function currentRound(room) {
  return room.currentTaskId === null ? null : roundOf(room, room.currentTaskId);
}

/**
 * The latest round of a task, null while it is not being voted on.
 *
 * @param {Room} room
 * @param {string} taskId
 * @returns {Round | null}
 */
export function roundOf({ rounds }, taskId) {
  return rounds.find((round) => round.taskId === taskId) ?? null;
}

/**
 * Whether people may vote now.
 *
 * @param {Room} room
 */
export function isVoting(room) {
  return currentRound(room)?.status === "voting";
}

/**
 * One's own card for the task in hand: the last one chosen on this page, else the saved
 * one; empty for none.
 *
 * @param {PageState} value
 */
export function ownCard({ room, ui }) {
  return ui.vote ? ui.vote.card : savedCard(room);
}

/**
 * One's own card for the task in hand, as the server has it; empty for none.
 *
 * @param {Room} room
 */
export function savedCard({ currentTaskId, me }) {
  return me.votes[currentTaskId ?? ""] ?? "";
}

/**
 * Which voters have voted, and which ones the vote still waits for. It does not wait for
 * those who are away or offline.
 *
 * @param {Room} room
 */
export function tally(room) {
  const hasVoted = new Set(currentRound(room)?.votedUserIds);
  const voters = room.members.filter((member) => member.role === "voter");
  const voted = voters.filter((member) => hasVoted.has(member.userId));
  const others = voters.filter((member) => !hasVoted.has(member.userId));
  const absent = new Map(others.map((member) => [member, absence(member)]));
  const missing = others.filter((member) => !absent.get(member));
  const away = others.filter((member) => absent.get(member) === "away");
  const offline = others.filter((member) => absent.get(member) === "offline");
  return { voted, missing, away, offline, expected: voted.length + missing.length };
}

/**
 * Why a member is absent; empty if they are present.
 *
 * @param {Member} member
 * @returns {"" | "away" | "offline"} away: their pages are open, but hidden
 */
export function absence({ isOnline, isAway }) {
  if (!isOnline) return "offline";
  return isAway ? "away" : "";
}

/**
 * The cards that can be an estimate.
 *
 * @param {Room} room
 */
export function estimates(room) {
  return room.session.deck.cards.filter((card) => !SPECIAL_CARDS.has(card));
}

/**
 * The number of estimated tasks, and the sum of their estimates.
 *
 * @param {Task[]} tasks
 * @returns {{estimated: number, points: number | null}} points: null if an estimate is
 *   not numeric
 */
export function progress(tasks) {
  const numbers = tasks
    .filter((task) => task.storyPoints !== null)
    .map((task) => numericValue(task.storyPoints ?? ""));
  const isNumeric = numbers.length > 0 && !numbers.some(Number.isNaN);
  return {
    estimated: numbers.length,
    points: isNumeric ? numbers.reduce((sum, number) => sum + number) : null,
  };
}

/**
 * The names of the other facilitators.
 *
 * @param {Room} room
 */
export function facilitators({ me, members }) {
  return members
    .filter((member) => member.isFacilitator && member.userId !== me.userId)
    .map((member) => member.name);
}

/**
 * The outliers: each card with the names of those who chose it, lowest first.
 *
 * @param {Room} room
 * @returns {{card: string, names: string[]}[]}
 */
export function outliers(room) {
  const { statistics, votes = [] } = currentRound(room) ?? {};
  return (statistics?.outliers ?? []).map((card) => ({
    card,
    names: namesOf(room.members, votes, card),
  }));
}

/**
 * @param {Member[]} members
 * @param {{userId: string, storyPoints: string}[]} votes
 * @param {string} card
 */
export function namesOf(members, votes, card) {
  const matching = votes.filter((vote) => vote.storyPoints === card);
  const names = new Map(members.map((member) => [member.userId, member.name]));
  return matching.map((vote) => names.get(vote.userId) ?? "Somebody who left");
}

/** @param {string} label */
function numericValue(label) {
  return VULGAR_FRACTIONS.get(label) ?? Number(label);
}
