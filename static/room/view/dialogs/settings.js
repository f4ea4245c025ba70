/** The dialog with the session's settings. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { may } from "../../selectors.js";
import { changedFields, fieldErrors, onSubmit } from "../forms.js";
import { dialogFrame } from "./frame.js";

/**
 * @import {Session} from "../../state.js"
 * @import {Actions, ViewProps} from "../../types.js"
 */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function settings({ room, ui, decks }, actions) {
  if (!may(room, "manage")) {
    return dialogFrame(
      "Settings",
      html`<p>Only a facilitator can change the settings.</p>`,
      actions,
    );
  }
  const { deck } = room.session;
  const drawn = fieldsOf(room.session);
  const errors = fieldErrors("change-settings", ui.invalid);
  return dialogFrame(
    "Settings",
    html`<form
      class="settings"
      novalidate
      @submit=${onSubmit((fields) => save(fields, drawn, actions))}
    >
      <div class="field">
        <label for="settings-name">Session name</label>
        <input
          class="input"
          id="settings-name"
          name="name"
          dir="auto"
          maxlength="80"
          autocomplete="off"
          value=${drawn.name}
          aria-invalid=${errors.isInvalid("name")}
          aria-describedby=${errors.describedBy("name")}
        />
        ${errors.shown("name")}
      </div>
      <div class="field">
        <label for="settings-deck">Cards</label>
        <select
          class="input"
          id="settings-deck"
          name="deck"
          aria-invalid=${errors.isInvalid("deck")}
          aria-describedby=${errors.describedBy("deck")}
        >
          ${decks.map(
            ({ slug, label }) =>
              html`<option value=${slug} ?selected=${slug === deck.slug}>${label}</option>`,
          )}
        </select>
        ${errors.shown("deck")}
      </div>
      <div class="field custom-cards">
        <label for="settings-cards">Your cards</label>
        <input
          class="input"
          id="settings-cards"
          name="cards"
          dir="auto"
          autocomplete="off"
          placeholder="1, 2, 4, 8, ?"
          value=${drawn.cards}
          aria-invalid=${errors.isInvalid("cards")}
          aria-describedby=${errors.describedBy("cards", "settings-cards-hint")}
        />
        <small id="settings-cards-hint"
          >2 to 30 cards, lowest first, separated by commas.</small
        >
        ${errors.shown("cards")}
      </div>
      <button class="button">Save</button>
    </form>`,
    actions,
  );
}

/**
 * The fields of the form as they are saved.
 *
 * @param {Session} session
 * @returns {Record<string, string>}
 */
function fieldsOf({ name, deck }) {
  const cards = deck.slug === "custom" ? deck.cards.join(", ") : "";
  return { name, deck: deck.slug, cards };
}

/**
 * @param {Record<string, string>} fields
 * @param {Record<string, string>} drawn
 * @param {Actions} actions
 */
async function save({ name, deck, cards }, drawn, actions) {
  const changed = changedFields(
    deck === "custom" ? { name, deck, cards } : { name, deck },
    drawn,
  );
  // Cards mean nothing without their deck.
  if ("cards" in changed) changed.deck = deck;
  const isUnchanged = !Object.keys(changed).length;
  if (isUnchanged || (await actions.submit("change-settings", {}, changed))) {
    actions.close();
  }
}
