/** The queue of tasks: what is done, what is in hand, what waits. */

import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { taskInHand } from "../state.js";
import { hasEnded, progress } from "./facts.js";
import { sent } from "./forms.js";
import { closeIcon, downIcon, upIcon } from "./icons.js";
import { counted, linkLabel, titleOf, webAddress } from "./words.js";

/**
 * @import {Task} from "../state.js"
 * @import {Actions, Screen, Shown} from "./shown.js"
 */

const TASK_DRAGGED = "application/x-planning-poker-task";

/**
 * @param {Shown} shown
 * @param {Actions} actions
 */
export function queue({ room, screen }, actions) {
  const { tasks, me } = room;
  const inHand = hasEnded(room) ? null : taskInHand(room);
  const mayEdit = me.isFacilitator && !hasEnded(room);
  return html`
    <section class="queue" aria-labelledby="queue">
      <header>
        <h2 id="queue">Queue</h2>
        <small>${tasks.length ? summary(tasks) : nothing}</small>
      </header>
      ${
        tasks.length
          ? html`<ol>
              ${repeat(
                tasks,
                (task) => task.taskId,
                (task, index) =>
                  mayEdit && screen.editing === task.taskId
                    ? editedTask(room, task, index, screen, actions)
                    : queuedTask(room, task, index, task === inHand, mayEdit, actions),
              )}
            </ol>`
          : emptyQueue(mayEdit)
      }
      ${mayEdit ? addTask(actions) : nothing}
    </section>
  `;
}

/** @param {Task[]} tasks */
function summary(tasks) {
  const { estimated, points } = progress(tasks);
  const sum = points === null ? "" : ` · ${counted(points, "point", "points")}`;
  return `${estimated} of ${tasks.length} estimated${sum}`;
}

/**
 * @param {Shown["room"]} room
 * @param {Task} task
 * @param {number} index
 * @param {boolean} isInHand
 * @param {boolean} mayEdit
 * @param {Actions} actions
 */
function queuedTask(room, task, index, isInHand, mayEdit, actions) {
  const content = html`
    <b dir="auto">${titleOf(task)}</b>
    <small>${noteOn(room, task, isInHand)}</small>
    ${
      task.storyPoints === null
        ? nothing
        : html`<span class="points"
            ><span class="visually-hidden">Estimate: </span>${task.storyPoints}</span
          >`
    }
  `;
  if (!mayEdit) {
    return html`<li data-status=${task.status} aria-current=${isInHand}>
      <div class="row">${content}</div>
    </li>`;
  }
  return html`<li
    data-status=${task.status}
    aria-current=${isInHand}
    draggable="true"
    @dragstart=${dragStarted(task)}
    @dragover=${draggedOver}
    @dragleave=${dragLeft}
    @drop=${dropped(index, room.tasks, actions)}
  >
    <button
      class="row"
      id=${`task-${task.taskId}`}
      aria-expanded="false"
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
      @click=${() => actions.edit(task.taskId)}
      @keydown=${moveByKeys(task, index, room.tasks.length, actions)}
    >
      ${content}
    </button>
  </li>`;
}

/**
 * @param {Shown["room"]} room
 * @param {Task} task
 * @param {boolean} isInHand
 */
function noteOn({ round }, task, isInHand) {
  const url = webAddress(task.link);
  const parts = url ? [linkLabel(url)] : [];
  if (task.status === "skipped") parts.push("skipped");
  else if (round && round.taskId === task.taskId) {
    const phase = round.status === "voting" ? "voting" : "talking";
    parts.push(round.number > 1 ? `${phase}, round ${round.number}` : phase);
  } else if (isInHand) parts.push("next");
  return parts.join(" · ");
}

/**
 * @param {Shown["room"]} room
 * @param {Task} task
 * @param {number} index
 * @param {Screen} screen
 * @param {Actions} actions
 */
function editedTask(room, task, index, screen, actions) {
  const { round, tasks } = room;
  const isInRound = round?.taskId === task.taskId;
  return html`<li class="edited" data-status=${task.status}>
    <form
      aria-label="Change the task"
      @submit=${sent(async (fields) => {
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
          screen.asking === task.taskId
            ? html`<button
                  class="button"
                  type="button"
                  @click=${() => actions.deleteTask(task.taskId)}
                >
                  Delete it
                </button>
                <button
                  class="button quiet square"
                  type="button"
                  aria-label="Keep it"
                  @click=${() => actions.ask(null)}
                >
                  ${closeIcon}
                </button>`
            : html`<button
                class="button quiet"
                type="button"
                @click=${() => actions.ask(task.taskId)}
              >
                Delete…
              </button>`
        }
      </div>
    </form>
  </li>`;
}

/** @param {boolean} mayEdit */
function emptyQueue(mayEdit) {
  return html`<div class="empty">
    <p>No tasks yet.</p>
    <p class="small">
      ${
        mayEdit
          ? "Type a title below and press Enter, one after the other. Click a task to give it a link or a description, drag it to move it."
          : "What is to be estimated will be listed here, with its estimate once the team has agreed."
      }
    </p>
  </div>`;
}

/** @param {Actions} actions */
function addTask(actions) {
  return html`<form
    class="add"
    @submit=${sent(async (fields, form) => {
      if (await actions.addTask(fields)) form.reset();
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
    />
    <button class="button">Add</button>
  </form>`;
}

/**
 * @param {Task} task
 * @param {number} index
 * @param {number} length
 * @param {Actions} actions
 */
function moveByKeys(task, index, length, actions) {
  return (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!event.altKey || !step) return;
    event.preventDefault();
    const target = index + step;
    if (target >= 0 && target < length) actions.moveTask(task.taskId, target);
  };
}

/** @param {Task} task */
function dragStarted(task) {
  return (/** @type {DragEvent} */ event) => {
    event.dataTransfer?.setData(TASK_DRAGGED, task.taskId);
  };
}

/** @param {DragEvent} event */
function draggedOver(event) {
  if (!event.dataTransfer?.types.includes(TASK_DRAGGED)) return;
  event.preventDefault();
  const row = /** @type {HTMLElement} */ (event.currentTarget);
  row.dataset.drop = isInLowerHalf(event, row) ? "below" : "above";
}

/** @param {DragEvent} event */
function dragLeft(event) {
  delete (/** @type {HTMLElement} */ (event.currentTarget).dataset.drop);
}

/**
 * @param {number} index of the task that is dropped onto
 * @param {Task[]} tasks
 * @param {Actions} actions
 */
function dropped(index, tasks, actions) {
  return (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    dragLeft(event);
    const row = /** @type {HTMLElement} */ (event.currentTarget);
    const taskId = event.dataTransfer?.getData(TASK_DRAGGED) ?? "";
    const from = tasks.findIndex((task) => task.taskId === taskId);
    const gap = index + Number(isInLowerHalf(event, row));
    // Taking the task out of the queue moves everything behind it one place up.
    const to = gap > from ? gap - 1 : gap;
    if (from >= 0 && to !== from) actions.moveTask(taskId, to);
  };
}

/**
 * @param {DragEvent} event
 * @param {HTMLElement} row
 */
function isInLowerHalf(event, row) {
  const { top, height } = row.getBoundingClientRect();
  return event.clientY > top + height / 2;
}
