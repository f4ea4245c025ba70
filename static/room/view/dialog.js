/** Which dialog is open. */

import { nothing } from "../../vendor/lit-html/lit-html.js";
import { confirmation } from "./dialogs/confirm.js";
import { invite } from "./dialogs/invite.js";
import { people } from "./dialogs/people.js";
import { settings } from "./dialogs/settings.js";
import { shortcuts } from "./dialogs/shortcuts.js";

/** @import {Actions, ViewProps} from "../types.js" */

/**
 * The content of the page's one `<dialog>`.
 *
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function dialogContent(props, actions) {
  switch (props.ui.dialog) {
    case "invite":
      return invite(props, actions);
    case "people":
      return people(props, actions);
    case "settings":
      return settings(props, actions);
    case "help":
      return shortcuts(props, actions);
    case "end":
      return confirmation(
        "End the session?",
        "Nobody will be able to vote. The report stays available, and a facilitator can reopen the session.",
        "End session",
        actions.end,
        actions,
      );
    case "leave":
      return confirmation(
        "Leave the session?",
        "Your votes stay in the report. You can rejoin with the link.",
        "Leave",
        actions.leave,
        actions,
      );
    default:
      return nothing;
  }
}
