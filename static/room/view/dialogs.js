/** The dialogs: invite, people, settings, keyboard shortcuts, confirmations. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { onSubmit } from "./forms.js";
import { closeIcon } from "./icons.js";
import { invitation } from "./invite.js";
import { people } from "./people.js";

/** @import {Actions, ViewProps} from "../types.js" */

/**
 * The content of the page's one `<dialog>`.
 *
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function dialogContent(props, actions) {
  switch (props.ui.dialog) {
    case "invite":
      return invite(props, actions);
    case "people":
      return dialogFrame(
        `People ${props.room.members.length}`,
        people(props, actions),
        actions,
      );
    case "settings":
      return settings(props, actions);
    case "help":
      return dialogFrame("Keyboard shortcuts", keys(props), actions);
    case "end":
      return confirmation(
        "End the session?",
        "Nobody will be able to vote. The report stays available, and a facilitator can reopen the session.",
        "End session",
        actions.end,
        actions,
      );
    case "leave":
      return confirmation(
        "Leave the session?",
        "Your votes stay in the report. You can rejoin with the link.",
        "Leave",
        actions.leave,
        actions,
      );
    default:
      return nothing;
  }
}

/**
 * @param {string} title
 * @param {unknown} content
 * @param {Actions} actions
 */
function dialogFrame(title, content, actions) {
  return html`
    <header>
      <h2 id="dialog-title">${title}</h2>
      <button class="button quiet square" aria-label="Close" @click=${actions.close}>
        ${closeIcon}
      </button>
    </header>
    ${content}
  `;
}

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
function invite({ links, screen }, actions) {
  return dialogFrame(
    "Invite",
    html`<p>Anyone with this link can join. No account needed.</p>
      ${invitation(links, screen, actions)}`,
    actions,
  );
}

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
function settings({ room, decks }, actions) {
  const { name, deck } = room.session;
  return dialogFrame(
    "Settings",
    html`<form
      class="settings"
      @submit=${onSubmit(async (fields) => {
        if (await actions.updateSettings(fields)) actions.close();
      })}
    >
      <label class="field">
        <span>Session name</span>
        <input
          class="input"
          name="name"
          dir="auto"
          required
          maxlength="80"
          autocomplete="off"
          value=${name}
        />
      </label>
      <label class="field">
        <span>Cards</span>
        <select class="input" name="deck">
          ${decks.map(
            ({ slug, label }) =>
              html`<option value=${slug} ?selected=${slug === deck.slug}>${label}</option>`,
          )}
        </select>
      </label>
      <label class="field custom-cards">
        <span>Your cards</span>
        <input
          class="input"
          name="cards"
          dir="auto"
          autocomplete="off"
          placeholder="1, 2, 4, 8, ?"
          value=${deck.slug === "custom" ? deck.cards.join(", ") : ""}
        />
        <small>2 to 30 cards, lowest first, separated by commas.</small>
      </label>
      <button class="button">Save</button>
    </form>`,
    actions,
  );
}

/** @param {ViewProps} props */
function keys({ room }) {
  const { cards } = room.session.deck;
  return html`<dl class="keys">
    <div>
      <dt><kbd>${cards[0]}</kbd> … <kbd>${cards.at(-3) ?? cards[1]}</kbd></dt>
      <dd>vote with that card: type its digits or letters without a pause</dd>
    </div>
    <div><dt><kbd>Backspace</kbd></dt><dd>take your vote back</dd></div>
    <div><dt><kbd>R</kbd></dt><dd>reveal, or vote again</dd></div>
    <div><dt><kbd>N</kbd></dt><dd>start the next vote, or agree on the suggested estimate</dd></div>
    <div>
      <dt><kbd>Alt</kbd> + <kbd>↑</kbd> <kbd>↓</kbd></dt>
      <dd>move the focused task</dd>
    </div>
    <div><dt><kbd>?</kbd></dt><dd>show this list</dd></div>
    <div><dt><kbd>Esc</kbd></dt><dd>close the open menu or dialog</dd></div>
  </dl>`;
}

/**
 * @param {string} title
 * @param {string} consequence
 * @param {string} label
 * @param {() => void} act
 * @param {Actions} actions
 */
function confirmation(title, consequence, label, act, actions) {
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
