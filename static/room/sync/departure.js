/**
 * What ends the room for this page. Pure.
 *
 * @import {Departed, Room, RoomEvent} from "../state.js"
 */

import { Refusal } from "../answers.js";

const NOT_A_MEMBER = "You are no longer in this session. You can rejoin with its link.";

/** @type {Departed} */
const DELETED = { code: "session-deleted", message: "This session was deleted." };
/** @type {Departed} */
export const OUT_OF_DATE = {
  code: "out-of-date",
  message: "This page is out of date. Reload it.",
};

/**
 * @param {unknown} error
 * @returns {Departed | null}
 */
export function departureIn(error) {
  if (!(error instanceof Refusal)) return null;
  const { code, message } = error;
  if (code === "no-session") return DELETED;
  if (code === "out-of-date") return OUT_OF_DATE;
  return code === "not-a-member" || code === "removed" ? { code, message } : null;
}

/**
 * @param {RoomEvent[]} events
 * @param {Room} room after them
 * @returns {Departed | null}
 */
export function departureAfter(events, { me, members }) {
  if (events.some(({ type }) => type === "session-deleted")) return DELETED;
  // Removed, or left in another tab.
  const isIn = members.some(({ userId }) => userId === me.userId);
  return isIn ? null : { code: "not-a-member", message: NOT_A_MEMBER };
}
