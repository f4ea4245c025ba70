/** What follows from the room's state, for whoever shows it. */

/** @import {Member, Room, Task, Value} from "../state.js" */

/** Cards that are no size: "I cannot say" and "I need a break". */
const WITHOUT_VALUE = new Set(["?", "☕"]);
const VULGAR = new Map([
  ["½", 0.5],
  ["¼", 0.25],
  ["¾", 0.75],
]);

/** @param {Room} room */
export function hasEnded(room) {
  return room.session.status === "ended";
}

/**
 * Whether people may lay cards now.
 *
 * @param {Room} room
 */
export function isVoting(room) {
  return room.round?.status === "voting" && !hasEnded(room);
}

/**
 * One's own card: as laid in this browser, else as the server has it; empty for none.
 *
 * @param {Value} value
 */
export function ownCard({ room, ui }) {
  return ui.vote ? ui.vote.card : (room.me.vote ?? "");
}

/**
 * Who of those at the table has voted, and who is still waited for: nobody who is away
 * or offline.
 *
 * @param {Room} room
 */
export function tally(room) {
  const hasVoted = new Set(room.round?.votedUserIds);
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
 * How somebody is not at the table; empty when she is.
 *
 * @param {Member} member
 * @returns {"" | "away" | "offline"} away: her page is open, but she looks at another one
 */
export function absence({ isOnline, isAway }) {
  if (!isOnline) return "offline";
  return isAway ? "away" : "";
}

/**
 * The cards that can be agreed on.
 *
 * @param {Room} room
 */
export function estimates(room) {
  return room.session.deck.cards.filter((card) => !WITHOUT_VALUE.has(card));
}

/**
 * How many tasks have an estimate, and what the estimates add up to.
 *
 * @param {Task[]} tasks
 * @returns {{estimated: number, points: number | null}} points: null in a deck of words
 */
export function progress(tasks) {
  const numbers = tasks
    .filter((task) => task.storyPoints !== null)
    .map((task) => numberOn(task.storyPoints ?? ""));
  const isNumeric = numbers.length > 0 && !numbers.some(Number.isNaN);
  return {
    estimated: numbers.length,
    points: isNumeric ? numbers.reduce((sum, number) => sum + number) : null,
  };
}

/**
 * The facilitators' names but for one's own, for "Amira decides".
 *
 * @param {Room} room
 */
export function facilitators({ me, members }) {
  return members
    .filter((member) => member.isFacilitator && member.userId !== me.userId)
    .map((member) => member.name);
}

/**
 * Who laid a card that is far from the others, card by card, lowest first.
 *
 * @param {Room} room
 * @returns {{card: string, names: string[]}[]}
 */
export function outliers({ members, round }) {
  const { statistics, votes = [] } = round ?? {};
  return (statistics?.outliers ?? []).map((card) => ({
    card,
    names: namesOf(members, votes, card),
  }));
}

/**
 * @param {Member[]} members
 * @param {{userId: string, storyPoints: string}[]} votes
 * @param {string} card
 */
export function namesOf(members, votes, card) {
  const laid = votes.filter((vote) => vote.storyPoints === card);
  const names = new Map(members.map((member) => [member.userId, member.name]));
  return laid.map((vote) => names.get(vote.userId) ?? "Somebody who left");
}

/** @param {string} label */
function numberOn(label) {
  return VULGAR.get(label) ?? Number(label);
}
