/** The form that edits, moves, starts, skips and deletes a task, in place of its row. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { currentRound, may } from "../selectors.js";
import { changedFields, fieldErrors, onSubmit } from "./forms.js";
import { downIcon, upIcon } from "./icons.js";

/**
 * @import {Task} from "../state.js"
 * @import {Actions, ViewProps} from "../types.js"
 */

/**
 * The row of a task while it is edited.
 *
 * @param {ViewProps} props
 * @param {Task} task
 * @param {number} index
 * @param {Actions} actions
 */
export function taskForm({ room, ui, screen }, task, index, actions) {
  const { title, link } = task;
  const { details } = screen;
  const errors = fieldErrors("edit-task", ui.invalid);
  /** @type {Record<string, string>} */
  const drawn = { title, link };
  if (typeof details === "object") drawn.description = details.description;
  return html`<li class="edited" data-row=${task.taskId} data-status=${task.status}>
    <form
      aria-label="Edit task"
      novalidate
      @submit=${onSubmit((fields) => save(task, changedFields(fields, drawn), actions))}
    >
      <div class="field">
        <label class="small" for="edit-title">Title</label>
        <input
          class="input"
          id="edit-title"
          name="title"
          dir="auto"
          maxlength="255"
          autocomplete="off"
          value=${title}
          aria-invalid=${errors.isInvalid("title")}
          aria-describedby=${errors.describedBy("title")}
        />
        ${errors.shown("title")}
      </div>
      <div class="field">
        <label class="small" for="edit-link">Link</label>
        <input
          class="input"
          id="edit-link"
          name="link"
          type="url"
          dir="ltr"
          maxlength="2000"
          autocomplete="off"
          placeholder="https://…"
          value=${link}
          aria-invalid=${errors.isInvalid("link")}
          aria-describedby=${errors.describedBy("link")}
        />
        ${errors.shown("link")}
      </div>
      <div class="field">
        <label class="small" for="edit-description">Description</label>
        ${description(details, errors, () => actions.edit(task.taskId))}
      </div>
      <div class="buttons">
        <button class="button">Save</button>
        <button class="button quiet" type="button" @click=${() => actions.edit(null)}>
          Close
        </button>
        <span class="grow"></span>
        ${moving(task, index, room.tasks.length, actions)}
      </div>
      <div class="buttons">
        ${may(room, "run") ? running(room, task, actions) : nothing}
        <span class="grow"></span>
        <button
          class="button quiet"
          type="button"
          @click=${() => actions.open("delete-task", task.taskId)}
        >
          Delete…
        </button>
      </div>
    </form>
  </li>`;
}

/**
 * @param {ViewProps["screen"]["details"]} details
 * @param {ReturnType<typeof fieldErrors>} errors
 * @param {() => void} retry
 */
function description(details, errors, retry) {
  if (details === "loading") return html`<small>Loading…</small>`;
  if (details === "unavailable") {
    return html`<small
      >It could not be loaded.
      <button class="text-button" type="button" @click=${retry}>Try again</button></small
    >`;
  }
  return html`<textarea
      class="input"
      id="edit-description"
      name="description"
      dir="auto"
      rows="3"
      maxlength="10000"
      .defaultValue=${details.description}
      aria-invalid=${errors.isInvalid("description")}
      aria-describedby=${errors.describedBy("description")}
    ></textarea>
    ${errors.shown("description")}`;
}

/**
 * @param {Task} task
 * @param {number} index
 * @param {number} length of the queue
 * @param {Actions} actions
 */
function moving({ taskId }, index, length, actions) {
  return html`<button
      class="button quiet square"
      type="button"
      aria-label="Move up"
      ?disabled=${index === 0}
      @click=${() => actions.moveTask(taskId, index - 1)}
    >
      ${upIcon}
    </button>
    <button
      class="button quiet square"
      type="button"
      aria-label="Move down"
      ?disabled=${index === length - 1}
      @click=${() => actions.moveTask(taskId, index + 1)}
    >
      ${downIcon}
    </button>`;
}

/**
 * @param {ViewProps["room"]} room
 * @param {Task} task
 * @param {Actions} actions
 */
function running(room, { taskId, status }, actions) {
  const round = currentRound(room);
  return html`${
    round
      ? nothing
      : html`<button class="button" type="button" @click=${() => actions.run("start", { taskId })}>
          ${status === "pending" ? "Vote on this" : "Vote on this again"}
        </button>`
  }
  ${
    status === "pending" || round?.taskId === taskId
      ? html`<button
          class="button quiet"
          type="button"
          @click=${() => actions.run("skip", { taskId })}
        >
          Skip
        </button>`
      : nothing
  }`;
}

/**
 * @param {Task} task
 * @param {Record<string, string>} changed
 * @param {Actions} actions
 */
async function save({ taskId }, changed, actions) {
  const isUnchanged = !Object.keys(changed).length;
  if (isUnchanged || (await actions.submit("edit-task", { taskId }, changed))) {
    actions.edit(null);
  }
}
