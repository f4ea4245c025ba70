/** What comes next. To facilitators the one filled button of the screen, to others a line. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { taskInHand } from "../state.js";
import { estimates, facilitators, hasEnded, tally } from "./facts.js";
import { sent } from "./forms.js";
import { listed, titleOf } from "./words.js";

/**
 * @import {Room, Round} from "../state.js"
 * @import {Actions, Shown} from "./shown.js"
 */

/**
 * @param {Shown} shown
 * @param {Actions} actions
 */
export function step({ room, links }, actions) {
  if (hasEnded(room)) return afterwards(links);
  if (!room.me.isFacilitator) return whatOthersDo(room);
  if (!room.round) return start(room, actions);
  return room.round.status === "voting"
    ? reveal(room, room.round, actions)
    : agree(room, room.round, actions);
}

/** @param {Shown["links"]} links */
function afterwards(links) {
  return html`<div class="step">
    <small>The session has ended.</small>
    <span class="buttons"
      ><a class="button next" href=${links.report}>See the report</a></span
    >
  </div>`;
}

/** @param {Room} room */
function whatOthersDo(room) {
  const { round } = room;
  const names = facilitators(room);
  const who = names.length ? listed(names, 2) : "A facilitator";
  const line = !round
    ? `${who} will start the vote.`
    : round.status === "voting"
      ? votedSentence(room)
      : `${who} will agree on an estimate with you.`;
  return html`<div class="step"><small>${line}</small></div>`;
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
  const task = taskInHand(room);
  if (!task) return quickVote(actions);
  return html`<div class="step">
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
    class="step quick"
    @submit=${sent(({ title }) => actions.quickVote(title))}
  >
    <label class="small" for="quick-title">Vote on something now; a name can wait</label>
    <span class="buttons">
      <input
        class="input"
        id="quick-title"
        name="title"
        dir="auto"
        maxlength="255"
        autocomplete="off"
        placeholder="No name yet"
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
  return html`<div class="step">
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
  return html`<div class="step">
    <small>
      ${suggestion === null ? "No size was laid" : "Nearest to the median"}
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
