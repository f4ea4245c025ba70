/** The whole page from its parts, in the order that a reader hears them. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { bar } from "./bar.js";
import { dialogContent } from "./dialogs.js";
import { hand } from "./hand.js";
import { closeIcon } from "./icons.js";
import { people } from "./people.js";
import { queue } from "./queue.js";
import { table } from "./table.js";

/** @import {Actions, Shown} from "./shown.js" */

/**
 * @param {Shown} shown
 * @param {Actions} actions
 */
export function page(shown, actions) {
  const { room, ui } = shown;
  if (ui.gone) return goodbye(shown);
  return html`
    <a class="skip-link button" href="#table">To the table</a>
    ${bar(shown, actions)}
    <main class="room" data-tab=${ui.tab}>
      ${queue(shown, actions)} ${table(shown, actions)}
      ${
        ui.tab === "people"
          ? html`<section class="people-tab" aria-label="People">
              ${people(shown, actions)}
            </section>`
          : nothing
      }
      ${hand(shown, actions)} ${tabs(room, ui.tab, actions)}
    </main>
    <dialog
      class="dialog"
      id="dialog"
      aria-labelledby="dialog-title"
      @close=${actions.close}
      @click=${closeOnBackdrop}
    >
      ${dialogContent(shown, actions)}
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

/** @param {Shown} shown */
function goodbye({ room, ui }) {
  return html`
    <header class="bar">
      <a class="home" href="/"><span class="mark"></span>Planning Poker</a>
    </header>
    <main class="goodbye">
      <span class="card" data-face="back" aria-hidden="true"
        ><span class="back"></span
      ></span>
      <h1 dir="auto">${room.session.name}</h1>
      <p>${ui.gone?.message}</p>
      <span class="buttons">
        <a class="button" href="/">To the first page</a>
        <a class="button next" href=${`/s/${room.session.id}/`}>Join again</a>
      </span>
    </main>
  `;
}

/**
 * @param {Shown["room"]} room
 * @param {Shown["ui"]["tab"]} open
 * @param {Actions} actions
 */
function tabs({ members, tasks }, open, actions) {
  const waiting = tasks.filter((task) => task.status === "pending").length;
  const labels = /** @type {const} */ ([
    ["table", "Table"],
    ["queue", `Queue ${waiting}`],
    ["people", `People ${members.length}`],
  ]);
  return html`<nav class="tabs" aria-label="Parts of the room">
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
