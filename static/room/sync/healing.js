/**
 * What no event carries, so that only a fetched state has it. Pure.
 *
 * @import {Room} from "../state.js"
 */

/**
 * @param {Room} before
 * @param {Room} after the same room some events later
 */
export function lacksState(before, after) {
  return lacksDetails(after) || lacksAbilities(before, after);
}

/**
 * The description of the task in hand, once another one is or it was changed.
 *
 * @param {Room} room
 */
export function lacksDetails({ current, currentTaskId }) {
  return currentTaskId !== null && current === null;
}

/**
 * What this member may do, once that may be something else.
 *
 * @param {Room} before
 * @param {Room} after
 */
export function lacksAbilities({ me, session }, after) {
  return (
    me.role !== after.me.role ||
    me.isFacilitator !== after.me.isFacilitator ||
    JSON.stringify(session.settings) !== JSON.stringify(after.session.settings)
  );
}
