/** The dialog with the invitation. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { invitation } from "../invitation.js";
import { dialogFrame } from "./frame.js";

/** @import {Actions, ViewProps} from "../../types.js" */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function invite({ links, screen }, actions) {
  return dialogFrame(
    "Invite",
    html`<p>Anyone with this link can join. No account needed.</p>
      ${invitation(links, screen, actions)}`,
    actions,
  );
}
