/** What lies over the page: the dialog and the notice, which a draw cannot open. */

import { openDialog } from "./dialog.js";

/** @import {Actions, ViewProps} from "../types.js" */

const NOTICE_DURATION_MS = 10_000;

/**
 * Opens or closes the dialog, as the props say.
 *
 * @param {HTMLDialogElement} dialog
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function showDialog(dialog, props, actions) {
  const isWanted = openDialog(props) !== null;
  if (isWanted && !dialog.open) dialog.showModal();
  // What it was about is gone.
  else if (!isWanted && props.ui.dialog) actions.close();
  else if (!isWanted && dialog.open) dialog.close();
}

/**
 * Shows a notice for a while, above a dialog that is open.
 *
 * @param {HTMLElement} element
 * @param {ViewProps["ui"]["notice"]} notice
 * @param {(notice: ViewProps["ui"]["notice"]) => void} dismiss
 */
export function showNotice(element, notice, dismiss) {
  element.hidePopover();
  if (!notice) return;
  element.showPopover();
  setTimeout(() => dismiss(notice), NOTICE_DURATION_MS);
}
