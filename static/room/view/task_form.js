/** The form that edits, moves, starts, skips and deletes a task, in place of its row. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { onSubmit } from "./forms.js";
import { closeIcon, downIcon, upIcon } from "./icons.js";

/**
 * @import {Task} from "../state.js"
 * @import {Actions, Screen, ViewProps} from "../types.js"
 */

/**
 * The row of a task while it is edited.
 *
 * @param {ViewProps["room"]} room
 * @param {Task} task
 * @param {number} index
 * @param {Screen} screen
 * @param {Actions} actions
 */
export function taskForm(room, task, index, screen, actions) {
  const { round, tasks } = room;
  const isInRound = round?.taskId === task.taskId;
  return html`<li class="edited" data-status=${task.status}>
    <form
      aria-label="Edit task"
      @submit=${onSubmit(async (fields) => {
        if (await actions.editTask(task.taskId, fields)) actions.edit(null);
      })}
    >
      <label class="field">
        <span class="small">Title</span>
        <input
          class="input"
          name="title"
          dir="auto"
          maxlength="255"
          autocomplete="off"
          value=${task.title}
        />
      </label>
      <label class="field">
        <span class="small">Link</span>
        <input
          class="input"
          name="link"
          type="url"
          dir="ltr"
          maxlength="2000"
          autocomplete="off"
          placeholder="https://…"
          value=${task.link}
        />
      </label>
      <label class="field">
        <span class="small">Description</span>
        <textarea class="input" name="description" dir="auto" rows="3" maxlength="10000" .defaultValue=${
          task.description
        }></textarea>
      </label>
      <div class="buttons">
        <button class="button">Save</button>
        <button class="button quiet" type="button" @click=${() => actions.edit(null)}>
          Close
        </button>
        <span class="grow"></span>
        <button
          class="button quiet square"
          type="button"
          aria-label="Move up"
          ?disabled=${index === 0}
          @click=${() => actions.moveTask(task.taskId, index - 1)}
        >
          ${upIcon}
        </button>
        <button
          class="button quiet square"
          type="button"
          aria-label="Move down"
          ?disabled=${index === tasks.length - 1}
          @click=${() => actions.moveTask(task.taskId, index + 1)}
        >
          ${downIcon}
        </button>
      </div>
      <div class="buttons">
        ${
          round
            ? nothing
            : html`<button
                class="button"
                type="button"
                @click=${() => actions.start(task.taskId)}
              >
                ${task.status === "pending" ? "Vote on this" : "Vote on this again"}
              </button>`
        }
        ${
          task.status === "pending" || isInRound
            ? html`<button
                class="button quiet"
                type="button"
                @click=${() => actions.skip(task.taskId)}
              >
                Skip
              </button>`
            : nothing
        }
        <span class="grow"></span>
        ${
          screen.confirming === task.taskId
            ? html`<button
                  class="button"
                  type="button"
                  @click=${() => actions.deleteTask(task.taskId)}
                >
                  Delete task
                </button>
                <button
                  class="button quiet square"
                  type="button"
                  aria-label="Keep task"
                  @click=${() => actions.confirm(null)}
                >
                  ${closeIcon}
                </button>`
            : html`<button
                class="button quiet"
                type="button"
                @click=${() => actions.confirm(task.taskId)}
              >
                Delete…
              </button>`
        }
      </div>
    </form>
  </li>`;
}
