/** The next action: for facilitators the one primary button, for others a line. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { estimates, facilitators, hasEnded, tally } from "../selectors.js";
import { currentTask } from "../state.js";
import { onSubmit } from "./forms.js";
import { formatList, titleOf } from "./words.js";

/**
 * @import {Room, Round} from "../state.js"
 * @import {Actions, ViewProps} from "../types.js"
 */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function nextAction({ room, links }, actions) {
  if (hasEnded(room)) return ended(links);
  if (!room.me.isFacilitator) return statusForOthers(room);
  if (!room.round) return start(room, actions);
  return room.round.status === "voting"
    ? reveal(room, room.round, actions)
    : agree(room, room.round, actions);
}

/** @param {ViewProps["links"]} links */
function ended(links) {
  return html`<div class="next-action">
    <small>The session has ended.</small>
    <span class="buttons"
      ><a class="button next" href=${links.report}>See the report</a></span
    >
  </div>`;
}

/** @param {Room} room */
function statusForOthers(room) {
  const { round } = room;
  const names = facilitators(room);
  const facilitatorNames = names.length ? formatList(names, 2) : "A facilitator";
  const line = !round
    ? `${facilitatorNames} will start the vote.`
    : round.status === "voting"
      ? votedSentence(room)
      : `${facilitatorNames} will record the estimate.`;
  return html`<div class="next-action"><small>${line}</small></div>`;
}

/** @param {Room} room */
function votedSentence(room) {
  const { voted, expected } = tally(room);
  return `${voted.length} of ${expected} ${expected === 1 ? "has" : "have"} voted`;
}

/**
 * @param {Room} room
 * @param {Actions} actions
 */
function start(room, actions) {
  const task = currentTask(room);
  if (!task) return quickVote(actions);
  return html`<div class="next-action">
    <small>Next in the queue ${skip(task.taskId, actions)}</small>
    <span class="buttons">
      <button class="button next" @click=${() => actions.start(task.taskId)}>
        <span class="cut">Start: <bdi>${titleOf(task)}</bdi></span>
      </button>
    </span>
  </div>`;
}

/** @param {Actions} actions */
function quickVote(actions) {
  return html`<form
    class="next-action quick"
    @submit=${onSubmit(({ title }) => actions.quickVote(title))}
  >
    <label class="small" for="quick-title">Vote on something now and name it later</label>
    <span class="buttons">
      <input
        class="input"
        id="quick-title"
        name="title"
        dir="auto"
        maxlength="255"
        autocomplete="off"
        placeholder="Task name (optional)"
      />
      <button class="button next">Start a vote</button>
    </span>
  </form>`;
}

/**
 * @param {Room} room
 * @param {Round} round
 * @param {Actions} actions
 */
function reveal(room, round, actions) {
  const { voted, missing } = tally(room);
  return html`<div class="next-action">
    <small>${votedSentence(room)} ${skip(round.taskId, actions)}</small>
    <span class="buttons">
      <button
        class="button next"
        ?disabled=${voted.length === 0}
        @click=${actions.reveal}
      >
        ${missing.length ? `Reveal, ${missing.length} missing` : "Reveal"}
      </button>
    </span>
  </div>`;
}

/**
 * @param {string} taskId
 * @param {Actions} actions
 */
function skip(taskId, actions) {
  return html`<button class="text-button" @click=${() => actions.skip(taskId)}>
    Skip
  </button>`;
}

/**
 * @param {Room} room
 * @param {Round} round
 * @param {Actions} actions
 */
function agree(room, round, actions) {
  const suggestion = round.statistics?.suggestion ?? null;
  return html`<div class="next-action">
    <small>
      ${suggestion === null ? "No numeric votes" : "Closest to the median"}
      <button class="text-button" popovertarget="estimates">
        ${suggestion === null ? "Agree on a card" : "Another card"}
      </button>
    </small>
    <span class="buttons">
      <button
        class=${suggestion === null ? "button next" : "button"}
        @click=${actions.revote}
      >
        Vote again
      </button>
      ${
        suggestion === null
          ? nothing
          : html`<button
              class="button next"
              @click=${() => actions.finalize(suggestion)}
            >
              Agree on ${suggestion}
            </button>`
      }
    </span>
    <div class="estimates" id="estimates" popover aria-label="Agree on another card">
      <p class="small">Agree on</p>
      <div class="cards" data-size="small">
        ${estimates(room).map(
          (card) => html`<button
            popovertarget="estimates"
            popovertargetaction="hide"
            data-long=${card.length > 3}
            @click=${() => actions.finalize(card)}
          >
            ${card}
          </button>`,
        )}
      </div>
      <button
        class="button quiet"
        popovertarget="estimates"
        popovertargetaction="hide"
        @click=${() => actions.skip(round.taskId)}
      >
        Skip without an estimate
      </button>
    </div>
  </div>`;
}
