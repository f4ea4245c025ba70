/** What has happened in the room, said for whoever cannot watch it. */

import { taskInHand } from "../state.js";
import { tally } from "./facts.js";
import { outlierSentence } from "./outcome.js";
import { counted, isolated, listed, titleOf } from "./words.js";

/** @import {Room, Value} from "../state.js" */

/**
 * @param {Value} before
 * @param {Value} after
 * @returns {string} sentences; empty when nothing is worth a word
 */
export function announcement(before, after) {
  const sentences = [
    notice(before, after),
    connection(before, after),
    membership(before.room, after.room),
    estimated(before.room, after.room),
    session(before.room, after.room),
    round(before.room, after.room),
  ];
  return sentences.filter(Boolean).join(" ");
}

/**
 * @param {Value} before
 * @param {Value} after
 */
function notice(before, after) {
  const vote = after.ui.vote;
  if (vote?.status === "failed" && before.ui.vote?.status !== "failed") {
    return `Your card was not saved. ${vote.message}`;
  }
  const { notice: shown } = after.ui;
  return shown && shown.id !== before.ui.notice?.id ? shown.text : "";
}

/**
 * @param {Value} before
 * @param {Value} after
 */
function connection(before, after) {
  const { connection: now } = after.ui;
  if (now === before.ui.connection) return "";
  if (now === "slow") return "Slow mode: news comes every few seconds.";
  if (now === "offline") return "The server cannot be reached.";
  return now === "live" && before.ui.connection !== "reconnecting" ? "Live again." : "";
}

/**
 * @param {Room} before
 * @param {Room} after
 */
function membership(before, after) {
  const came = missingFrom(before.members, after.members);
  const left = missingFrom(after.members, before.members);
  return [
    came.length ? `${listed(came)} joined.` : "",
    left.length ? `${listed(left)} left.` : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/**
 * @param {Room["members"]} some
 * @param {Room["members"]} all
 */
function missingFrom(some, all) {
  const known = new Set(some.map((member) => member.userId));
  return all.filter((member) => !known.has(member.userId)).map((member) => member.name);
}

/**
 * @param {Room} before
 * @param {Room} after
 */
function estimated(before, after) {
  const voted = before.round?.taskId;
  const task = after.tasks.find(({ taskId }) => taskId === voted);
  if (after.round || task?.storyPoints == null) return "";
  const next = taskInHand(after);
  const estimate = `${isolated(titleOf(task))} is estimated at ${task.storyPoints}.`;
  return next ? `${estimate} Next: ${isolated(titleOf(next))}.` : estimate;
}

/**
 * @param {Room} before
 * @param {Room} after
 */
function session(before, after) {
  if (before.session.status === after.session.status) return "";
  return after.session.status === "ended"
    ? "The session has ended."
    : "The session is open again.";
}

/**
 * @param {Room} before
 * @param {Room} after
 */
function round(before, after) {
  const now = after.round;
  if (!now) return "";
  if (now.roundId !== before.round?.roundId && now.status === "voting") {
    const task = taskInHand(after);
    return `Voting has started${task ? `: ${isolated(titleOf(task))}` : ""}, round ${now.number}.`;
  }
  if (now.status === "revealed" && before.round?.status !== "revealed") {
    return revealed(after);
  }
  if (now.votedUserIds === before.round?.votedUserIds || now.status !== "voting") {
    return "";
  }
  const { voted, expected } = tally(after);
  return `${voted.length} of ${expected} voted.`;
}

/** @param {Room} room */
function revealed(room) {
  const { statistics, votes = [] } = room.round ?? {};
  const sentences = [`${counted(votes.length, "card is", "cards are")} open.`];
  if (statistics?.median) sentences.push(`Median ${statistics.median}.`);
  if (statistics?.outliers.length) sentences.push(outlierSentence(room));
  return sentences.join(" ");
}
