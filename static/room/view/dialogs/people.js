/** The dialog with the list of members. */

import { people as memberList } from "../people.js";
import { dialogFrame } from "./frame.js";

/** @import {Actions, ViewProps} from "../../types.js" */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function people(props, actions) {
  return dialogFrame(
    `People ${props.room.members.length}`,
    memberList(props, actions),
    actions,
  );
}
