/** One's own cards, and the status of one's vote. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { currentRound, hasEnded, isVoting, may, ownCard } from "../selectors.js";
import { nextAction } from "./next_action.js";

/** @import {Actions, ViewProps} from "../types.js" */

/** Decks with more cards are drawn smaller, so that they fit. */
const LARGE_CARDS_UP_TO = 14;

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function hand(props, actions) {
  return html`<footer class="hand" data-open=${isVoting(props.room)}>
    ${
      hasEnded(props.room)
        ? nothing
        : may(props.room, "vote")
          ? cards(props, actions)
          : observing(props, actions)
    }
    ${nextAction(props, actions)}
  </footer>`;
}

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
function cards(props, actions) {
  const { room } = props;
  const mayVote = isVoting(room);
  const own = currentRound(room) ? ownCard(props) : "";
  const { cards: deck } = room.session.deck;
  return html`<section class="own" aria-labelledby="own-vote">
    <p class="own-vote" id="own-vote">${voteStatus(props, own, actions)}</p>
    <div
      class="cards"
      role="group"
      aria-label="Your cards"
      tabindex="-1"
      translate="no"
      data-size=${deck.length > LARGE_CARDS_UP_TO ? "small" : "large"}
    >
      ${deck.map(
        (card) => html`<button
          aria-pressed=${card === own}
          aria-label=${CARD_NAMES[card] ?? nothing}
          data-long=${card.length > 3}
          ?disabled=${!mayVote}
          @click=${() => actions.vote(card === own ? "" : card)}
        >
          ${card}
        </button>`,
      )}
    </div>
  </section>`;
}

/** @type {Record<string, string>} accessible names of cards with symbols */
const CARD_NAMES = {
  "½": "One half",
  "?": "Question mark: I'm not sure",
  "☕": "Coffee: I need a break",
};

/**
 * One line, always present, with the status of one's own vote.
 *
 * @param {ViewProps} props
 * @param {string} own
 * @param {Actions} actions
 */
function voteStatus({ room, ui }, own, actions) {
  const round = currentRound(room);
  if (!round) return "You can choose a card once voting starts.";
  if (ui.vote?.status === "failed") {
    return html`<span class="error"
      ><strong>${own ? `${own} was not saved.` : "Your vote was not taken back."}</strong>
      ${ui.vote.message}
      ${
        isVoting(room)
          ? html`<button class="text-button" @click=${actions.retryVote}>Try again</button>`
          : nothing
      }</span
    >`;
  }
  if (round.status === "revealed") {
    return own ? html`You voted <b translate="no">${own}</b>.` : "You didn't vote.";
  }
  if (ui.vote?.status === "saving") {
    return own
      ? html`<b translate="no">${own}</b> is being saved…`
      : "Taking your vote back…";
  }
  return own
    ? html`<b translate="no">${own}</b> is saved, face down. Press it again to take it back.`
    : "Choose a card. Nobody sees it until the reveal.";
}

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
function observing({ room }, actions) {
  return html`<section class="own observing" aria-label="Your role">
    <p>You are observing, so you have no cards.</p>
    <button
      class="button"
      @click=${() => actions.run("change-role", { userId: room.me.userId }, { role: "voter" })}
    >
      Vote instead
    </button>
  </section>`;
}
