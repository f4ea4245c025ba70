/** The dialog that lists the keyboard shortcuts. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { dialogFrame } from "./frame.js";

/** @import {Actions, ViewProps} from "../../types.js" */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function shortcuts(props, actions) {
  return dialogFrame("Keyboard shortcuts", keys(props), actions);
}

/** @param {ViewProps} props */
function keys({ room }) {
  const { cards } = room.session.deck;
  return html`<dl class="keys">
    <div>
      <dt><kbd>${cards[0]}</kbd> … <kbd>${cards.at(-3) ?? cards[1]}</kbd></dt>
      <dd>vote with that card: type its digits or letters without a pause</dd>
    </div>
    <div><dt><kbd>Backspace</kbd></dt><dd>take your vote back</dd></div>
    <div><dt><kbd>R</kbd></dt><dd>reveal, or vote again</dd></div>
    <div><dt><kbd>N</kbd></dt><dd>start the next vote, or agree on the suggested estimate</dd></div>
    <div>
      <dt><kbd>Alt</kbd> + <kbd>↑</kbd> <kbd>↓</kbd></dt>
      <dd>move the focused task</dd>
    </div>
    <div><dt><kbd>?</kbd></dt><dd>show this list</dd></div>
    <div><dt><kbd>Esc</kbd></dt><dd>close the open menu or dialog</dd></div>
  </dl>`;
}
