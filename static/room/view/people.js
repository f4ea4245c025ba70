/** The list of members, and the forms to edit them. */

import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { absence, hasEnded, may } from "../selectors.js";
import { fieldErrors, onSubmit } from "./forms.js";

/**
 * @import {Member, Room} from "../state.js"
 * @import {Actions, Screen, ViewProps} from "../types.js"
 */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function people(props, actions) {
  const { room, screen } = props;
  const facilitatorCount = room.members.filter((member) => member.isFacilitator).length;
  return html`<ul class="people">
    ${repeat(
      room.members,
      (member) => member.userId,
      (member) => html`<li data-row=${member.userId}>
        ${person(room, member, screen, actions)}
        ${
          screen.editing === member.userId
            ? changes(props, member, facilitatorCount === 1, actions)
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
function person(room, member, screen, actions) {
  const isMe = member.userId === room.me.userId;
  const isOpen = screen.editing === member.userId;
  const mayChange = (may(room, "manage") || isMe) && !hasEnded(room);
  const parts = [
    member.isFacilitator ? "facilitator" : "",
    member.role === "observer" ? "observing" : "",
    absence(member),
  ].filter(Boolean);
  return html`<div class="person" data-absence=${absence(member)}>
    <span class="who">
      <b><bdi translate="no">${member.name}</bdi>${isMe ? " (you)" : nothing}</b>
      <small>${parts.join(" · ")}</small>
    </span>
    ${
      mayChange
        ? html`<button
            class="button quiet"
            aria-expanded=${isOpen}
            @click=${() => actions.edit(isOpen ? null : member.userId)}
          >
            ${isOpen ? "Close" : "Edit"}<span class="visually-hidden" translate="no">
              <bdi>${member.name}</bdi></span
            >
          </button>`
        : nothing
    }
  </div>`;
}

/**
 * @param {ViewProps} props
 * @param {Member} member
 * @param {boolean} isLastFacilitator
 * @param {Actions} actions
 */
function changes({ room, ui }, member, isLastFacilitator, actions) {
  const { userId } = member;
  const isMe = userId === room.me.userId;
  const mayManage = may(room, "manage");
  const otherRole = member.role === "voter" ? "observer" : "voter";
  const errors = fieldErrors("rename", ui.invalid);
  return html`<div class="changes">
    <form
      class="rename"
      novalidate
      @submit=${onSubmit(async ({ display_name }) => {
        if (await actions.submit("rename", { userId }, { display_name })) {
          actions.edit(null);
        }
      })}
    >
      <input
        class="input"
        name="display_name"
        dir="auto"
        maxlength="40"
        autocomplete="off"
        aria-label="Name"
        value=${member.name}
        aria-invalid=${errors.isInvalid("display_name")}
        aria-describedby=${errors.describedBy("display_name")}
      />
      <button class="button">Rename</button>
      ${errors.shown("display_name")}
    </form>
    <div class="buttons">
      <button
        class="button"
        @click=${() => actions.run("change-role", { userId }, { role: otherRole })}
      >
        ${otherRole === "observer" ? "Observe instead" : "Vote instead"}
      </button>
      ${mayManage ? facilitation(member, isLastFacilitator, actions) : nothing}
      ${
        mayManage && !isMe
          ? html`<button
              class="button quiet"
              @click=${() => actions.open("remove", userId)}
            >
              Remove…
            </button>`
          : nothing
      }
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
    return html`<button class="button" @click=${() => actions.run("promote", { userId })}>
      Make facilitator
    </button>`;
  }
  return isLastFacilitator
    ? html`<small>A session needs a facilitator. Make somebody else a facilitator first.</small>`
    : html`<button class="button" @click=${() => actions.run("demote", { userId })}>
        Remove facilitator role
      </button>`;
}
