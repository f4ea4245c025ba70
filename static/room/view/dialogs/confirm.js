/** The dialog that asks before something that is hard to undo. */

import { html } from "../../../vendor/lit-html/lit-html.js";

/** @import {Actions} from "../../types.js" */

/**
 * @param {string} title
 * @param {string} consequence
 * @param {string} label
 * @param {() => void} act
 * @param {Actions} actions
 */
export function confirmation(title, consequence, label, act, actions) {
  return html`
    <header><h2 id="dialog-title">${title}</h2></header>
    <p>${consequence}</p>
    <div class="buttons">
      <button class="button" @click=${actions.close}>Cancel</button>
      <button
        class="button"
        @click=${() => {
          actions.close();
          act();
        }}
      >
        ${label}
      </button>
    </div>
  `;
}
