/** The one dialog that asks before something that is hard to undo. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { bidiIsolate, titleOf } from "../words.js";

/**
 * @import {Dialog, Room} from "../../state.js"
 * @import {Actions, ViewProps} from "../../types.js"
 *
 * @typedef {object} Question
 * @property {string} title
 * @property {string} consequence
 * @property {string} label of the button
 * @property {() => void} act
 */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 * @param {Dialog} dialog
 */
export function confirm({ room }, actions, dialog) {
  const question = questionFor(dialog, room, actions);
  if (!question) return nothing;
  const { title, consequence, label, act } = question;
  return html`
    <header><h2 id="dialog-title">${title}</h2></header>
    <p>${consequence}</p>
    <div class="buttons">
      <button class="button" @click=${actions.close}>Cancel</button>
      <button
        class="button"
        @click=${() => {
          actions.close();
          act();
        }}
      >
        ${label}
      </button>
    </div>
  `;
}

/**
 * @param {Dialog} dialog
 * @param {Room} room
 * @param {Actions} actions
 * @returns {Question | null} null when what it is about is gone
 */
function questionFor({ name, subject }, { members, tasks }, actions) {
  const member = members.find(({ userId }) => userId === subject);
  const task = tasks.find(({ taskId }) => taskId === subject);
  if (name === "end") {
    return {
      title: "End the session?",
      consequence:
        "Nobody will be able to vote. The report stays available, and a facilitator can reopen the session.",
      label: "End session",
      act: () => actions.run("end"),
    };
  }
  if (name === "leave") {
    return {
      title: "Leave the session?",
      consequence: "Your votes stay in the report. You can rejoin with the link.",
      label: "Leave",
      act: actions.leave,
    };
  }
  if (name === "remove" && member) {
    return {
      title: `Remove ${bidiIsolate(member.name)} from the session?`,
      consequence:
        "They no longer see what happens here. Their revealed cards stay in the report.",
      label: "Remove",
      act: () => actions.run("remove", { userId: member.userId }),
    };
  }
  if (name === "delete-task" && task) {
    return {
      title: `Delete ${bidiIsolate(titleOf(task))}?`,
      consequence: "Its rounds and its estimate are deleted too, for everybody.",
      label: "Delete task",
      act: () => actions.run("delete-task", { taskId: task.taskId }),
    };
  }
  return null;
}
