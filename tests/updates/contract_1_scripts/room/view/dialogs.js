/** What lies over the room for a moment: invite, people, settings, keys, questions. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { sent } from "./forms.js";
import { closeIcon } from "./icons.js";
import { invitation } from "./invite.js";
import { people } from "./people.js";

/** @import {Actions, Shown} from "./shown.js" */

/**
 * The content of the page's one `<dialog>`.
 *
 * @param {Shown} shown
 * @param {Actions} actions
 */
export function dialogContent(shown, actions) {
  switch (shown.ui.dialog) {
    case "invite":
      return invite(shown, actions);
    case "people":
      return framed(
        `People ${shown.room.members.length}`,
        people(shown, actions),
        actions,
      );
    case "settings":
      return settings(shown, actions);
    case "help":
      return framed("Keys", keys(shown), actions);
    case "end":
      return question(
        "End the session?",
        "Nobody can vote any more. The report stays, and a facilitator can reopen the session.",
        "End it",
        actions.end,
        actions,
      );
    case "leave":
      return question(
        "Leave the session?",
        "Your votes stay in its report. You can come back by its link.",
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
function framed(title, content, actions) {
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
 * @param {Shown} shown
 * @param {Actions} actions
 */
function invite({ links, screen }, actions) {
  return framed(
    "Invite",
    html`<p>Whoever opens this link can join. No account is needed.</p>
      ${invitation(links, screen, actions)}`,
    actions,
  );
}

/**
 * @param {Shown} shown
 * @param {Actions} actions
 */
function settings({ room, decks }, actions) {
  const { name, deck } = room.session;
  return framed(
    "Settings",
    html`<form
      class="settings"
      @submit=${sent(async (fields) => {
        if (await actions.updateSettings(fields)) actions.close();
      })}
    >
      <label class="field">
        <span>Session</span>
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
      <label class="field own-cards">
        <span>Your cards</span>
        <input
          class="input"
          name="cards"
          dir="auto"
          autocomplete="off"
          placeholder="1, 2, 4, 8, ?"
          value=${deck.slug === "custom" ? deck.cards.join(", ") : ""}
        />
        <small>2 to 30 cards, lowest first, with commas between them.</small>
      </label>
      <button class="button">Save</button>
    </form>`,
    actions,
  );
}

/** @param {Shown} shown */
function keys({ room }) {
  const { cards } = room.session.deck;
  return html`<dl class="keys">
    <div>
      <dt><kbd>${cards[0]}</kbd> … <kbd>${cards.at(-3) ?? cards[1]}</kbd></dt>
      <dd>lay that card: type its digits or letters, without a pause between them</dd>
    </div>
    <div><dt><kbd>Backspace</kbd></dt><dd>take your card back</dd></div>
    <div><dt><kbd>R</kbd></dt><dd>reveal, or vote again</dd></div>
    <div><dt><kbd>N</kbd></dt><dd>next: start the vote, or agree on the suggestion</dd></div>
    <div>
      <dt><kbd>Alt</kbd> + <kbd>↑</kbd> <kbd>↓</kbd></dt>
      <dd>move the task that has the focus</dd>
    </div>
    <div><dt><kbd>?</kbd></dt><dd>this list</dd></div>
    <div><dt><kbd>Esc</kbd></dt><dd>close what is open</dd></div>
  </dl>`;
}

/**
 * @param {string} title
 * @param {string} consequence
 * @param {string} label
 * @param {() => void} act
 * @param {Actions} actions
 */
function question(title, consequence, label, act, actions) {
  return html`
    <header><h2 id="dialog-title">${title}</h2></header>
    <p>${consequence}</p>
    <div class="buttons">
      <button class="button" @click=${actions.close}>Stay</button>
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
