/** What every dialog has: a title and a button that closes it. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { closeIcon } from "../icons.js";

/** @import {Actions} from "../../types.js" */

/**
 * @param {string} title
 * @param {unknown} content
 * @param {Actions} actions
 */
export function dialogFrame(title, content, actions) {
  return html`
    <header>
      <h2 id="dialog-title">${title}</h2>
      <button class="button quiet square" aria-label="Close" @click=${actions.close}>
        ${closeIcon}
      </button>
    </header>
    ${content}
  `;
}
