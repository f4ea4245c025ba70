/** The next action: one primary button for whoever may do it, for others a line. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import {
  currentRound,
  estimates,
  facilitators,
  hasEnded,
  may,
  tally,
  taskInHand,
} from "../selectors.js";
import { fieldErrors, onSubmit } from "./forms.js";
import { formatList, titleOf } from "./words.js";

/**
 * @import {Room, Round} from "../state.js"
 * @import {Actions, ViewProps} from "../types.js"
 */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function nextAction(props, actions) {
  const { room, links } = props;
  if (hasEnded(room)) return ended(links);
  const round = currentRound(room);
  const mayRun = may(room, "run");
  if (!round) {
    return mayRun
      ? start(props, actions)
      : line(`${facilitatorNames(room)} will start the vote.`);
  }
  if (round.status === "voting") return voting(room, actions);
  return mayRun
    ? agree(room, round, actions)
    : line(`${facilitatorNames(room)} will record the estimate.`);
}

/** @param {string} sentence */
function line(sentence) {
  return html`<div class="next-action" tabindex="-1"><small>${sentence}</small></div>`;
}

/** @param {Room} room */
function facilitatorNames(room) {
  const names = facilitators(room);
  return names.length ? formatList(names, 2) : "A facilitator";
}

/** @param {ViewProps["links"]} links */
function ended(links) {
  return html`<div class="next-action" tabindex="-1">
    <small>The session has ended.</small>
    <span class="buttons"
      ><a class="button next" href=${links.report}>See the report</a></span
    >
  </div>`;
}

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
function start(props, actions) {
  const task = taskInHand(props.room);
  if (!task) return quickVote(props, actions);
  return html`<div class="next-action" tabindex="-1">
    <small
      >Next in the queue
      ${skip(() => actions.run("skip", { taskId: task.taskId }))}</small
    >
    <span class="buttons">
      <button class="button next" @click=${() => actions.run("start", { taskId: task.taskId })}>
        <span class="cut">Start: <bdi>${titleOf(task)}</bdi></span>
      </button>
    </span>
  </div>`;
}

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
function quickVote({ ui }, actions) {
  const errors = fieldErrors("quick-vote", ui.invalid);
  return html`<form
    class="next-action quick"
    tabindex="-1"
    @submit=${onSubmit(({ title }) => actions.submit("quick-vote", {}, { title }))}
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
        aria-invalid=${errors.isInvalid("title")}
        aria-describedby=${errors.describedBy("title")}
      />
      <button class="button next">Start a vote</button>
    </span>
    ${errors.shown("title")}
  </form>`;
}

/**
 * @param {Room} room
 * @param {Actions} actions
 */
function voting(room, actions) {
  const { voted, missing, expected } = tally(room);
  return html`<div class="next-action" tabindex="-1">
    <small
      ><span translate="no"
        >${voted.length} of ${expected} ${expected === 1 ? "has" : "have"} voted</span
      >
      ${may(room, "run") ? skip(() => actions.inRound("skip")) : nothing}</small
    >
    ${
      may(room, "reveal")
        ? html`<span class="buttons">
            <button
              class="button next"
              ?disabled=${voted.length === 0}
              @click=${() => actions.inRound("reveal")}
            >
              ${missing.length ? `Reveal, ${missing.length} missing` : "Reveal"}
            </button>
          </span>`
        : nothing
    }
  </div>`;
}

/** @param {() => void} act */
function skip(act) {
  return html`<button class="text-button" @click=${act}>Skip</button>`;
}

/**
 * @param {Room} room
 * @param {Round} round
 * @param {Actions} actions
 */
function agree(room, round, actions) {
  const suggestion = round.statistics?.suggestion ?? null;
  const finalize = (/** @type {string} */ card) =>
    actions.inRound("finalize", { story_points: card });
  return html`<div class="next-action" tabindex="-1">
    <small>
      ${suggestion === null ? "No numeric votes" : "Closest to the median"}
      <button class="text-button" popovertarget="estimates">
        ${suggestion === null ? "Agree on a card" : "Another card"}
      </button>
    </small>
    <span class="buttons">
      <button
        class=${suggestion === null ? "button next" : "button"}
        @click=${() => actions.inRound("revote")}
      >
        Vote again
      </button>
      ${
        suggestion === null
          ? nothing
          : html`<button
              class="button next"
              @click=${() => finalize(suggestion)}
            >
              <span>Agree on <span translate="no">${suggestion}</span></span>
            </button>`
      }
    </span>
    <div class="estimates" id="estimates" popover aria-label="Agree on another card">
      <p class="small">Agree on</p>
      <div class="cards" data-size="small" translate="no">
        ${estimates(room).map(
          (card) => html`<button
            popovertarget="estimates"
            popovertargetaction="hide"
            data-long=${card.length > 3}
            @click=${() => finalize(card)}
          >
            ${card}
          </button>`,
        )}
      </div>
      <button
        class="button quiet"
        popovertarget="estimates"
        popovertargetaction="hide"
        @click=${() => actions.inRound("skip")}
      >
        Skip without an estimate
      </button>
    </div>
  </div>`;
}
