/** The dialog with the session's settings. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { onSubmit } from "../forms.js";
import { dialogFrame } from "./frame.js";

/** @import {Actions, ViewProps} from "../../types.js" */

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function settings({ room, decks }, actions) {
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
