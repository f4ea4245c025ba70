/** The whole page, in the order in which a screen reader reads it. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { bar } from "./bar.js";
import { dialogContent } from "./dialog.js";
import { hand } from "./hand.js";
import { closeIcon } from "./icons.js";
import { people } from "./people.js";
import { queue } from "./queue.js";
import { table } from "./table.js";

/** @import {Actions, ViewProps} from "../types.js" */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function page(props, actions) {
  const { room, ui } = props;
  if (ui.departed) return departedPage(props);
  return html`
    <a class="skip-link button" href="#table">Skip to the table</a>
    ${bar(props, actions)}
    <main class="room" data-tab=${ui.tab}>
      ${queue(props, actions)} ${table(props, actions)}
      ${
        ui.tab === "people"
          ? html`<section class="people-tab" aria-label="People">
              ${people(props, actions)}
            </section>`
          : nothing
      }
      ${hand(props, actions)} ${tabs(room, ui.tab, actions)}
    </main>
    <dialog
      class="dialog"
      id="dialog"
      aria-labelledby="dialog-title"
      @close=${actions.close}
      @click=${closeOnBackdrop}
    >
      ${dialogContent(props, actions)}
    </dialog>
    <div class="notice" id="notice" popover="manual" data-kind=${ui.notice?.kind ?? "info"}>
      <span>${ui.notice?.text}</span>
      <button
        class="button quiet square"
        aria-label="Close"
        @click=${actions.dismissNotice}
      >
        ${closeIcon}
      </button>
    </div>
  `;
}

/** @param {ViewProps} props */
function departedPage({ room, ui }) {
  return html`
    <header class="bar">
      <a class="home" href="/"><span class="mark"></span>Planning Poker</a>
    </header>
    <main class="departed">
      <span class="card" data-face="back" aria-hidden="true"
        ><span class="back"></span
      ></span>
      <h1 dir="auto">${room.session.name}</h1>
      <p>${ui.departed?.message}</p>
      <span class="buttons">
        <a class="button" href="/">Home</a>
        <a class="button next" href=${`/s/${room.session.id}/`}>Rejoin</a>
      </span>
    </main>
  `;
}

/**
 * @param {ViewProps["room"]} room
 * @param {ViewProps["ui"]["tab"]} open
 * @param {Actions} actions
 */
function tabs({ members, tasks }, open, actions) {
  const waiting = tasks.filter((task) => task.status === "pending").length;
  const labels = /** @type {const} */ ([
    ["table", "Table"],
    ["queue", `Queue ${waiting}`],
    ["people", `People ${members.length}`],
  ]);
  return html`<nav class="tabs" aria-label="Room sections">
    ${labels.map(
      ([tab, label]) => html`<button
        aria-current=${tab === open ? "page" : "false"}
        @click=${() => actions.showTab(tab)}
      >
        ${label}
      </button>`,
    )}
  </nav>`;
}

/** @param {MouseEvent} event */
function closeOnBackdrop(event) {
  if (event.target instanceof HTMLDialogElement) event.target.close();
}
