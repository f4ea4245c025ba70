/** One's own cards, and what becomes of the one that is laid. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { hasEnded, isVoting, ownCard } from "./facts.js";
import { step } from "./step.js";

/** @import {Actions, Shown} from "./shown.js" */

/** More cards than this are drawn smaller, so that they stay within reach. */
const ROOMY_DECK = 14;

/**
 * @param {Shown} shown
 * @param {Actions} actions
 */
export function hand(shown, actions) {
  return html`<footer class="hand" data-open=${isVoting(shown.room)}>
    ${
      hasEnded(shown.room)
        ? nothing
        : shown.room.me.role === "voter"
          ? cards(shown, actions)
          : watching(shown, actions)
    }
    ${step(shown, actions)}
  </footer>`;
}

/**
 * @param {Shown} shown
 * @param {Actions} actions
 */
function cards(shown, actions) {
  const { room } = shown;
  const mayLay = isVoting(room);
  const own = room.round ? ownCard(shown) : "";
  const { cards: deck } = room.session.deck;
  return html`<section class="own" aria-labelledby="own-vote">
    <p class="own-vote" id="own-vote">${standing(shown, own, actions)}</p>
    <div
      class="cards"
      role="group"
      aria-label="Your cards"
      data-size=${deck.length > ROOMY_DECK ? "small" : "large"}
    >
      ${deck.map(
        (card) => html`<button
          aria-pressed=${card === own}
          aria-label=${SPOKEN[card] ?? nothing}
          data-long=${card.length > 3}
          ?disabled=${!mayLay}
          @click=${() => actions.vote(card === own ? "" : card)}
        >
          ${card}
        </button>`,
      )}
    </div>
  </section>`;
}

/** @type {Record<string, string>} what a reader says of cards that are signs */
const SPOKEN = {
  "½": "One half",
  "?": "Question mark: I cannot say",
  "☕": "Coffee: I need a break",
};

/**
 * One line, always there, that says what has become of one's own card.
 *
 * @param {Shown} shown
 * @param {string} own
 * @param {Actions} actions
 */
function standing({ room, ui }, own, actions) {
  const { round } = room;
  if (!round) return "Your cards. They can be laid once the vote has started.";
  if (ui.vote?.status === "failed") {
    return html`<span class="error"
      ><strong>${own ? `${own} was not saved.` : "Your card is still there."}</strong>
      ${ui.vote.message}
      ${
        isVoting(room)
          ? html`<button class="text-button" @click=${actions.retryVote}>Try again</button>`
          : nothing
      }</span
    >`;
  }
  if (round.status === "revealed") {
    return own ? html`Your card was <b>${own}</b>.` : "You laid no card.";
  }
  if (ui.vote?.status === "saving") {
    return own ? html`<b>${own}</b> is being saved…` : "Your card is being taken back…";
  }
  return own
    ? html`<b>${own}</b> is saved, face down. Press it again to take it back.`
    : "Choose a card. Nobody sees it before the reveal.";
}

/**
 * @param {Shown} shown
 * @param {Actions} actions
 */
function watching({ room }, actions) {
  return html`<section class="own watching" aria-label="Your part">
    <p>You are watching, so you have no cards.</p>
    <button
      class="button"
      @click=${() => actions.setRole(room.me.userId, "voter")}
    >
      Vote instead
    </button>
  </section>`;
}
