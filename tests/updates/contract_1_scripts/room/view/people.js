/** Who is in the session, and what may be changed about whom. */

import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { absence } from "./facts.js";
import { sent } from "./forms.js";

/**
 * @import {Member, Room} from "../state.js"
 * @import {Actions, Screen, Shown} from "./shown.js"
 */

/**
 * @param {Shown} shown
 * @param {Actions} actions
 */
export function people({ room, screen }, actions) {
  const facilitatorCount = room.members.filter((member) => member.isFacilitator).length;
  return html`<ul class="people">
    ${repeat(
      room.members,
      (member) => member.userId,
      (member) => html`<li>
        ${person(room, member, screen, actions)}
        ${
          screen.editing === member.userId
            ? changes(room, member, facilitatorCount === 1, screen, actions)
            : nothing
        }
      </li>`,
    )}
  </ul>`;
}

/**
 * @param {Room} room
 * @param {Member} member
 * @param {Screen} screen
 * @param {Actions} actions
 */
function person({ me, session }, member, screen, actions) {
  const isMe = member.userId === me.userId;
  const isOpen = screen.editing === member.userId;
  const mayChange = (me.isFacilitator || isMe) && session.status === "active";
  const parts = [
    member.isFacilitator ? "facilitator" : "",
    member.role === "observer" ? "watching" : "",
    absence(member),
  ].filter(Boolean);
  return html`<div class="person" data-absence=${absence(member)}>
    <span class="who">
      <b><bdi>${member.name}</bdi>${isMe ? " (you)" : nothing}</b>
      <small>${parts.join(" · ")}</small>
    </span>
    ${
      mayChange
        ? html`<button
            class="button quiet"
            aria-expanded=${isOpen}
            @click=${() => actions.edit(isOpen ? null : member.userId)}
          >
            ${isOpen ? "Close" : "Change"}<span class="visually-hidden">
              ${member.name}</span
            >
          </button>`
        : nothing
    }
  </div>`;
}

/**
 * @param {Room} room
 * @param {Member} member
 * @param {boolean} isLastFacilitator
 * @param {Screen} screen
 * @param {Actions} actions
 */
function changes({ me }, member, isLastFacilitator, screen, actions) {
  const { userId } = member;
  const isMe = userId === me.userId;
  return html`<div class="changes">
    <form
      class="rename"
      @submit=${sent(async ({ display_name }) => {
        if (await actions.rename(userId, display_name)) actions.edit(null);
      })}
    >
      <input
        class="input"
        name="display_name"
        dir="auto"
        required
        maxlength="40"
        autocomplete="off"
        aria-label="Name"
        value=${member.name}
      />
      <button class="button">Rename</button>
    </form>
    <div class="buttons">
      <button
        class="button"
        @click=${() =>
          actions.setRole(userId, member.role === "voter" ? "observer" : "voter")}
      >
        ${member.role === "voter" ? "Watch instead" : "Vote instead"}
      </button>
      ${me.isFacilitator ? facilitation(member, isLastFacilitator, actions) : nothing}
      ${me.isFacilitator && !isMe ? removal(member, screen, actions) : nothing}
    </div>
  </div>`;
}

/**
 * @param {Member} member
 * @param {boolean} isLastFacilitator
 * @param {Actions} actions
 */
function facilitation({ userId, isFacilitator }, isLastFacilitator, actions) {
  if (!isFacilitator) {
    return html`<button class="button" @click=${() => actions.promote(userId)}>
      Make facilitator
    </button>`;
  }
  return isLastFacilitator
    ? html`<small>A session needs a facilitator: make somebody else one first.</small>`
    : html`<button class="button" @click=${() => actions.demote(userId)}>
        No longer facilitator
      </button>`;
}

/**
 * @param {Member} member
 * @param {Screen} screen
 * @param {Actions} actions
 */
function removal({ userId, name }, screen, actions) {
  if (screen.asking !== userId) {
    return html`<button class="button quiet" @click=${() => actions.ask(userId)}>
      Remove…
    </button>`;
  }
  return html`<p class="question">
    <span>Remove <bdi>${name}</bdi> from the session?</span>
    <button class="button" @click=${() => actions.remove(userId)}>Remove</button>
    <button class="button quiet" @click=${() => actions.ask(null)}>Keep</button>
  </p>`;
}
