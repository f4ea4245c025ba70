/** The whole page, in the order in which a screen reader reads it. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { bar } from "./bar.js";
import { departedPage } from "./departed.js";
import { dialog } from "./dialog.js";
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
  if (ui.departed) return departedPage(props, ui.departed);
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
    ${dialog(props, actions)}
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

/**
 * @param {ViewProps["room"]} room
 * @param {ViewProps["ui"]["tab"]} open
 * @param {Actions} actions
 */
function tabs({ members, tasks }, open, actions) {
  const waiting = tasks.filter((task) => task.status === "pending").length;
  const labels = /** @type {const} */ ([
    ["table", "Table"],
    ["queue", "Queue", waiting],
    ["people", "People", members.length],
  ]);
  return html`<nav class="tabs" aria-label="Room sections">
    ${labels.map(
      ([tab, label, count]) => html`<button
        aria-current=${tab === open ? "page" : "false"}
        @click=${() => actions.showTab(tab)}
      >
        ${label} <span translate="no">${count}</span>
      </button>`,
    )}
  </nav>`;
}
