/** How others come in: the link, and its QR code. */

import { html } from "../../vendor/lit-html/lit-html.js";

/** @import {Actions, Links, Screen} from "./shown.js" */

/**
 * @param {Links} links
 * @param {Screen} screen
 * @param {Actions} actions
 */
export function invitation(links, screen, actions) {
  return html`<div class="invitation">
    <img class="qr" src=${links.qr} alt="QR code of the link" width="240" height="240" />
    <div class="link">
      <input
        class="input"
        readonly
        dir="ltr"
        aria-label="Link to this session"
        value=${links.invite}
        @focus=${(/** @type {FocusEvent} */ event) =>
          /** @type {HTMLInputElement} */ (event.currentTarget).select()}
      />
      <button class="button" @click=${actions.copyLink}>
        ${screen.isCopied ? "Copied" : "Copy link"}
      </button>
    </div>
  </div>`;
}
