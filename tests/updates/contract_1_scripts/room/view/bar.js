/** The top bar: where one is, how one is connected, and the way to everything else. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { menuIcon } from "./icons.js";

/** @import {Actions, Shown} from "./shown.js" */

const CONNECTIONS = {
  live: "Live",
  slow: "Slow mode",
  reconnecting: "Connecting",
  offline: "Offline",
};

const LINES = {
  live: nothing,
  slow: "Slow mode: no live connection, so this page asks for news every 3 seconds. Nothing is lost.",
  reconnecting: nothing,
  offline:
    "The server cannot be reached. What you see may be old; this page keeps trying.",
};

/**
 * @param {Shown} shown
 * @param {Actions} actions
 */
export function bar({ room, ui, links }, actions) {
  return html`
    <header class="bar">
      <a class="home" href="/" aria-label="Planning Poker, to the first page"
        ><span class="mark"></span
      ></a>
      <h1 class="session" dir="auto">${room.session.name}</h1>
      <span class="live" data-connection=${ui.connection}
        >${CONNECTIONS[ui.connection]}</span
      >
      <span class="grow"></span>
      <button class="button wide" @click=${() => actions.open("people")}>
        People ${room.members.length}
      </button>
      <button class="button" @click=${() => actions.open("invite")}>Invite</button>
      <button class="button quiet square" popovertarget="menu" aria-label="Menu">
        ${menuIcon}
      </button>
      ${menu(room, links, actions)}
    </header>
    ${
      LINES[ui.connection] === nothing
        ? nothing
        : html`<p class="strip">${LINES[ui.connection]}</p>`
    }
  `;
}

/**
 * @param {Shown["room"]} room
 * @param {Shown["links"]} links
 * @param {Actions} actions
 */
function menu({ me, session }, links, actions) {
  /**
   * @param {string} label
   * @param {() => void} act
   */
  const item = (label, act) =>
    html`<li>
      <button popovertarget="menu" popovertargetaction="hide" @click=${act}>
        ${label}
      </button>
    </li>`;
  return html`
    <nav class="menu" id="menu" popover aria-label="Menu">
      <theme-choice></theme-choice>
      <ul>
        <li><a href=${links.report} target="_blank">Report</a></li>
        ${item("Keys", () => actions.open("help"))}
        ${
          me.isFacilitator
            ? html`
                ${item("Settings", () => actions.open("settings"))}
                ${
                  session.status === "ended"
                    ? item("Reopen the session", actions.reopen)
                    : item("End the session…", () => actions.open("end"))
                }
              `
            : nothing
        }
        ${item("Leave…", () => actions.open("leave"))}
      </ul>
    </nav>
  `;
}
