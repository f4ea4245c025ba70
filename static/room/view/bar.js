/** The top bar: session name, connection state and menu. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { hasEnded, may } from "../selectors.js";
import { menuIcon } from "./icons.js";

/** @import {Actions, ViewProps} from "../types.js" */

const CONNECTIONS = {
  live: "Live",
  slow: "Slow mode",
  reconnecting: "Connecting",
  offline: "Offline",
};

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function bar({ room, ui, links }, actions) {
  // Whatever the connection says, this page's requests do not get through.
  const connection = ui.obstacle ? "offline" : ui.connection;
  return html`
    <header class="bar">
      <a class="home" href=${links.home} aria-label="Planning Poker, home"
        ><span class="mark"></span
      ></a>
      <h1 class="session" dir="auto">${room.session.name}</h1>
      <span class="live" data-connection=${connection}>${CONNECTIONS[connection]}</span>
      <span class="grow"></span>
      <button class="button wide" @click=${() => actions.open("people")}>
        <span>People <span translate="no">${room.members.length}</span></span>
      </button>
      <button class="button" @click=${() => actions.open("invite")}>Invite</button>
      <button class="button quiet square" popovertarget="menu" aria-label="Menu">
        ${menuIcon}
      </button>
      ${menu(room, links, actions)}
    </header>
    ${banner(ui, links)}
  `;
}

/**
 * What is in the way, and what to do about it.
 *
 * @param {ViewProps["ui"]} ui
 * @param {ViewProps["links"]} links
 */
function banner({ connection, obstacle }, links) {
  const sentence = obstacle
    ? obstacle.message
    : connection === "slow"
      ? "Slow mode: no live connection, so this page checks for updates every 3 seconds. Nothing is lost."
      : connection === "offline"
        ? "The server cannot be reached."
        : "";
  const isOutOfDate = Boolean(obstacle) || connection === "offline";
  if (!sentence) return nothing;
  return html`<p class="banner">
    ${sentence}
    ${
      obstacle?.kind === "sign-in"
        ? html`<a href=${links.room}>Reload</a>`
        : isOutOfDate
          ? "What you see may be out of date; this page keeps trying."
          : nothing
    }
  </p>`;
}

/**
 * @param {ViewProps["room"]} room
 * @param {ViewProps["links"]} links
 * @param {Actions} actions
 */
function menu(room, links, actions) {
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
        ${item("Keyboard shortcuts", () => actions.open("help"))}
        ${
          may(room, "manage")
            ? html`
                ${item("Settings", () => actions.open("settings"))}
                ${
                  hasEnded(room)
                    ? item("Reopen the session", () => actions.run("reopen"))
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
