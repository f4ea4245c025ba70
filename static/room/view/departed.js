/** The page after the room is over for this browser: why, and the way on. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";

/**
 * @import {Departed} from "../state.js"
 * @import {ViewProps} from "../types.js"
 */

/** What the link to the room is called, where there is a room to go to. */
const ROOM_LINKS = {
  left: "Join again",
  removed: "Join again",
  "not-a-member": "Join again",
  "out-of-date": "Reload",
  "session-deleted": "",
};

/**
 * @param {ViewProps} props
 * @param {Departed} departed
 */
export function departedPage({ room, links }, { code, message }) {
  const label = ROOM_LINKS[code];
  return html`
    <header class="bar">
      <a class="home" href=${links.home}><span class="mark"></span>Planning Poker</a>
    </header>
    <main class="departed">
      <span class="card" data-face="back" aria-hidden="true"
        ><span class="back"></span
      ></span>
      <h1 dir="auto" tabindex="-1">${room.session.name}</h1>
      <p>${message}</p>
      <span class="buttons">
        <a class=${label ? "button" : "button next"} href=${links.home}>Home</a>
        ${label ? html`<a class="button next" href=${links.room}>${label}</a>` : nothing}
      </span>
    </main>
  `;
}
