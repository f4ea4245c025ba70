/** What has happened in the room, as sentences for screen readers. */

import { currentRound, tally, taskInHand } from "../selectors.js";
import { outlierSentence } from "./outcome.js";
import { bidiIsolate, formatList, plural, titleOf } from "./words.js";

/** @import {Room, PageState} from "../state.js" */

/**
 * @param {PageState} before
 * @param {PageState} after
 * @returns {string} sentences; empty if nothing needs announcing
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
 * @param {PageState} before
 * @param {PageState} after
 */
function notice(before, after) {
  const vote = after.ui.vote;
  if (vote?.status === "failed" && before.ui.vote?.status !== "failed") {
    return `Your vote was not saved. ${vote.message}`;
  }
  const { notice: current } = after.ui;
  return current && current.id !== before.ui.notice?.id ? current.text : "";
}

/**
 * @param {PageState} before
 * @param {PageState} after
 */
function connection(before, after) {
  const { connection: now, obstacle } = after.ui;
  const { connection: was, obstacle: last } = before.ui;
  if (obstacle) return obstacle.message === last?.message ? "" : obstacle.message;
  if (now === was && !last) return "";
  if (now === "slow") return "Slow mode: updates every few seconds.";
  if (now === "offline") return "The server cannot be reached.";
  return now === "live" && was !== "reconnecting" ? "Live updates are back." : "";
}

/**
 * @param {Room} before
 * @param {Room} after
 */
function membership(before, after) {
  const came = missingFrom(before.members, after.members);
  const left = missingFrom(after.members, before.members);
  return [
    came.length ? `${formatList(came)} joined.` : "",
    left.length ? `${formatList(left)} left.` : "",
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
  const voted = currentRound(before)?.taskId;
  const task = after.tasks.find(({ taskId }) => taskId === voted);
  if (currentRound(after) || task?.storyPoints == null) return "";
  const next = taskInHand(after);
  const estimate = `${bidiIsolate(titleOf(task))} is estimated at ${task.storyPoints}.`;
  return next ? `${estimate} Next: ${bidiIsolate(titleOf(next))}.` : estimate;
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
  const now = currentRound(after);
  if (!now) return "";
  const last = currentRound(before);
  if (now.roundId !== last?.roundId && now.status === "voting") {
    const task = taskInHand(after);
    return `Voting has started${task ? `: ${bidiIsolate(titleOf(task))}` : ""}, round ${now.number}.`;
  }
  if (now.status === "revealed" && last?.status !== "revealed") {
    return revealed(after);
  }
  const isSame = String(now.votedUserIds) === String(last?.votedUserIds);
  if (isSame || now.status !== "voting") return "";
  const { voted, expected } = tally(after);
  return `${voted.length} of ${expected} voted.`;
}

/** @param {Room} room */
function revealed(room) {
  const { statistics, votes = [] } = currentRound(room) ?? {};
  const sentences = [`${plural(votes.length, "card", "cards")} revealed.`];
  if (statistics?.median) sentences.push(`Median ${statistics.median}.`);
  if (statistics?.outliers.length) sentences.push(outlierSentence(room));
  return sentences.join(" ");
}
