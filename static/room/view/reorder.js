/** Listeners that reorder the queue: drag and drop, and Alt with the arrow keys. */

/**
 * @import {Task} from "../state.js"
 * @import {Actions} from "../types.js"
 */

/** A private MIME type, so that only tasks can be dropped. */
const TASK_DRAGGED = "application/x-planning-poker-task";

/**
 * A listener for `keydown`: Alt with an arrow moves the task by one.
 *
 * @param {Task} task
 * @param {number} index of the task
 * @param {number} length of the queue
 * @param {Actions} actions
 */
export function moveWithKeys(task, index, length, actions) {
  return (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!event.altKey || !step) return;
    event.preventDefault();
    const target = index + step;
    if (target >= 0 && target < length) actions.moveTask(task.taskId, target);
  };
}

/**
 * A listener for `dragstart`.
 *
 * @param {Task} task
 */
export function dragStarted(task) {
  return (/** @type {DragEvent} */ event) => {
    event.dataTransfer?.setData(TASK_DRAGGED, task.taskId);
  };
}

/**
 * Marks the half of the row where the task would be dropped.
 *
 * @param {DragEvent} event
 */
export function draggedOver(event) {
  if (!event.dataTransfer?.types.includes(TASK_DRAGGED)) return;
  event.preventDefault();
  const row = /** @type {HTMLElement} */ (event.currentTarget);
  row.dataset.drop = isInLowerHalf(event, row) ? "below" : "above";
}

/** @param {DragEvent} event */
export function dragLeft(event) {
  delete (/** @type {HTMLElement} */ (event.currentTarget).dataset.drop);
}

/**
 * A listener for `drop`: moves the dragged task above or below the row.
 *
 * @param {number} index of the task dropped onto
 * @param {Task[]} tasks
 * @param {Actions} actions
 */
export function dropped(index, tasks, actions) {
  return (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    dragLeft(event);
    const row = /** @type {HTMLElement} */ (event.currentTarget);
    const taskId = event.dataTransfer?.getData(TASK_DRAGGED) ?? "";
    const from = tasks.findIndex((task) => task.taskId === taskId);
    const gap = index + Number(isInLowerHalf(event, row));
    // Removing the task moves everything after it up by one.
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
