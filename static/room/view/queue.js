/** The queue of tasks: done, current and pending. */

import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { hasEnded, may, progress, roundOf, taskInHand } from "../selectors.js";
import { fieldErrors, onSubmit } from "./forms.js";
import {
  draggedOver,
  dragLeft,
  dragStarted,
  dropped,
  moveWithKeys,
} from "./reorder.js";
import { taskForm } from "./task_form.js";
import { plural, referenceOf, titleOf } from "./words.js";

/**
 * @import {Task} from "../state.js"
 * @import {Actions, ViewProps} from "../types.js"
 */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function queue(props, actions) {
  const { room, ui, screen } = props;
  const { tasks } = room;
  const current = hasEnded(room) ? null : taskInHand(room);
  const mayEdit = may(room, "editTasks") && !hasEnded(room);
  return html`
    <section class="queue" aria-labelledby="queue">
      <header>
        <h2 id="queue">Queue</h2>
        <small translate="no">${tasks.length ? summary(tasks) : nothing}</small>
      </header>
      ${
        tasks.length
          ? html`<ol>
              ${repeat(
                tasks,
                (task) => task.taskId,
                (task, index) =>
                  mayEdit && screen.editing === task.taskId
                    ? taskForm(props, task, index, actions)
                    : queuedTask(room, task, index, task === current, mayEdit, actions),
              )}
            </ol>`
          : emptyQueue(mayEdit)
      }
      ${mayEdit ? addTask(ui, actions) : nothing}
    </section>
  `;
}

/** @param {Task[]} tasks */
function summary(tasks) {
  const { estimated, points } = progress(tasks);
  const sum = points === null ? "" : ` · ${plural(points, "point", "points")}`;
  return `${estimated} of ${tasks.length} estimated${sum}`;
}

/**
 * @param {ViewProps["room"]} room
 * @param {Task} task
 * @param {number} index
 * @param {boolean} isCurrent
 * @param {boolean} mayEdit
 * @param {Actions} actions
 */
function queuedTask(room, task, index, isCurrent, mayEdit, actions) {
  const content = html`
    <b dir="auto">${titleOf(task)}</b>
    <small>${taskNote(room, task, isCurrent)}</small>
    ${
      task.storyPoints === null
        ? nothing
        : html`<span class="points"
            ><span class="visually-hidden">Estimate: </span
            ><span translate="no">${task.storyPoints}</span></span
          >`
    }
  `;
  if (!mayEdit) {
    return html`<li
      data-row=${task.taskId}
      data-status=${task.status}
      aria-current=${isCurrent}
    >
      <div class="row">${content}</div>
    </li>`;
  }
  return html`<li
    data-row=${task.taskId}
    data-status=${task.status}
    aria-current=${isCurrent}
    draggable="true"
    @dragstart=${dragStarted(task)}
    @dragover=${draggedOver}
    @dragleave=${dragLeft}
    @drop=${dropped(index, room.tasks, actions)}
  >
    <button
      class="row"
      aria-expanded="false"
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
      @click=${() => actions.edit(task.taskId)}
      @keydown=${moveWithKeys(task, index, room.tasks.length, actions)}
    >
      ${content}
    </button>
  </li>`;
}

/**
 * @param {ViewProps["room"]} room
 * @param {Task} task
 * @param {boolean} isCurrent
 */
function taskNote(room, task, isCurrent) {
  const parts = [referenceOf(task)].filter(Boolean);
  const round = hasEnded(room) ? null : roundOf(room, task.taskId);
  if (task.status === "skipped") parts.push("skipped");
  else if (round) {
    const phase = round.status === "voting" ? "voting" : "discussing";
    parts.push(round.number > 1 ? `${phase}, round ${round.number}` : phase);
  } else if (isCurrent) parts.push("next");
  return parts.join(" · ");
}

/** @param {boolean} mayEdit */
function emptyQueue(mayEdit) {
  return html`<div class="empty">
    <p>No tasks yet.</p>
    <p class="small">
      ${
        mayEdit
          ? "Type a title below and press Enter. Click a task to add a link or a description; drag it to move it."
          : "Tasks appear here, each with its estimate once the team has agreed on one."
      }
    </p>
  </div>`;
}

/**
 * @param {ViewProps["ui"]} ui
 * @param {Actions} actions
 */
function addTask({ invalid }, actions) {
  const errors = fieldErrors("add-task", invalid);
  return html`<form
    class="add"
    @submit=${onSubmit(async (fields, form) => {
      if (await actions.submit("add-task", {}, fields)) form.reset();
    })}
  >
    <input
      class="input"
      name="title"
      dir="auto"
      required
      maxlength="255"
      autocomplete="off"
      placeholder="Add a task"
      aria-label="Add a task"
      aria-invalid=${errors.isInvalid("title")}
      aria-describedby=${errors.describedBy("title")}
    />
    <button class="button">Add</button>
    ${errors.shown("title")}
  </form>`;
}
