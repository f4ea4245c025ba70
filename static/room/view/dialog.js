/** The page's one `<dialog>`, with whichever dialog is open. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { confirm } from "./dialogs/confirm.js";
import { invite } from "./dialogs/invite.js";
import { people } from "./dialogs/people.js";
import { settings } from "./dialogs/settings.js";
import { shortcuts } from "./dialogs/shortcuts.js";

/**
 * @import {Dialog, DialogName} from "../state.js"
 * @import {Actions, ViewProps} from "../types.js"
 */

/** @type {Record<DialogName, (props: ViewProps, actions: Actions, dialog: Dialog) => unknown>} */
const DIALOGS = {
  invite,
  people,
  settings,
  help: shortcuts,
  end: confirm,
  leave: confirm,
  remove: confirm,
  "delete-task": confirm,
};

/** Whether the pointer went down outside of the dialog, on its backdrop. */
let isPressedOutside = false;

/**
 * The dialog that is open; null also when the task or member that it is about is gone.
 *
 * @param {Pick<ViewProps, "room" | "ui">} props
 */
export function openDialog({ room, ui }) {
  const { dialog: open } = ui;
  if (!open || open.subject === null) return open;
  const isKnown =
    room.members.some(({ userId }) => userId === open.subject) ||
    room.tasks.some(({ taskId }) => taskId === open.subject);
  return isKnown ? open : null;
}

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function dialog(props, actions) {
  const open = openDialog(props);
  return html`<dialog
    class="dialog"
    id="dialog"
    aria-labelledby="dialog-title"
    @close=${actions.close}
    @pointerdown=${notePress}
    @click=${closeOnBackdrop}
  >
    ${open ? DIALOGS[open.name](props, actions, open) : nothing}
  </dialog>`;
}

/** @param {PointerEvent} event */
function notePress(event) {
  isPressedOutside = isOutside(event);
}

/**
 * Closes the dialog by a click that also began on the backdrop: text that is selected
 * with the pointer may end there.
 *
 * @param {MouseEvent} event
 */
function closeOnBackdrop(event) {
  if (!isPressedOutside || !isOutside(event)) return;
  /** @type {HTMLDialogElement} */ (event.currentTarget).close();
}

/** @param {MouseEvent} event */
function isOutside({ target, currentTarget, clientX, clientY }) {
  if (target !== currentTarget) return false;
  const { left, right, top, bottom } = /** @type {HTMLElement} */ (
    currentTarget
  ).getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
