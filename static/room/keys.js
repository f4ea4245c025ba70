/** Keyboard shortcuts: card labels, R, N, ? and Backspace. */

import { currentRound, isVoting, may, ownCard, tally } from "./selectors.js";

/**
 * @import {PageState} from "./state.js"
 * @import {Actions} from "./types.js"
 */

/** Keys pressed within this time form one label: 1 and 3 are 13. */
const TYPING_TIMEOUT_MS = 600;

/** How to type labels that keyboards do not have. */
const KEYBOARD_SPELLINGS = new Map([
  ["½", ["0.5", ".5"]],
  ["☕", ["coffee"]],
]);

/**
 * @param {object} parts
 * @param {() => PageState} parts.current
 * @param {Actions} parts.actions
 */
export function listenToKeys({ current, actions }) {
  let typed = "";
  let typedAt = 0;

  /** @param {string} card */
  function vote(card) {
    const value = current();
    const isChosen = ownCard(value) === card && value.ui.vote?.status !== "failed";
    if (!isChosen) actions.vote(card);
  }

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    if (!isShortcut(event)) return;
    const { room } = current();
    const key = event.key.toLowerCase();
    const mayVote = isVoting(room) && may(room, "vote");
    if (key === "?") actions.open("help");
    else if (key === "backspace" && mayVote) vote("");
    // Keys with longer names, such as Shift, type no character.
    else if (key.length === 1 && !(mayVote && typeLabel(key, event.timeStamp, room))) {
      runCommand(key, room, actions);
    }
  }

  /**
   * Votes with the card whose label the key completes.
   *
   * @param {string} key
   * @param {number} at
   * @param {PageState["room"]} room
   * @returns {boolean} whether the key is part of a card's label
   */
  function typeLabel(key, at, room) {
    const { cards } = room.session.deck;
    const continued = (at - typedAt > TYPING_TIMEOUT_MS ? "" : typed) + key;
    typed = matchCard(cards, continued).isPrefix ? continued : key;
    typedAt = at;
    const { card, isPrefix } = matchCard(cards, typed);
    if (card !== null) vote(card);
    return isPrefix;
  }

  document.addEventListener("keydown", onKeyDown);
}

/**
 * The card with the typed label, else the only card whose label starts with it.
 *
 * @param {string[]} cards
 * @param {string} typed in lower case
 * @returns {{card: string | null, isPrefix: boolean}} isPrefix: some label starts with it
 */
export function matchCard(cards, typed) {
  /** @param {string} card */
  const spellings = (card) => [
    card.toLowerCase(),
    ...(KEYBOARD_SPELLINGS.get(card) ?? []),
  ];
  const exact = cards.find((card) => spellings(card).includes(typed));
  const candidates = cards.filter((card) =>
    spellings(card).some((spelling) => spelling.startsWith(typed)),
  );
  const only = candidates.length === 1 ? candidates[0] : null;
  return { card: exact ?? only, isPrefix: candidates.length > 0 };
}

/**
 * @param {string} key
 * @param {PageState["room"]} room
 * @param {Actions} actions
 */
function runCommand(key, room, actions) {
  if (key === "r") revealOrVoteAgain(room, actions);
  if (key === "n" && may(room, "run")) proceed(room, actions);
}

/**
 * @param {PageState["room"]} room
 * @param {Actions} actions
 */
function revealOrVoteAgain(room, actions) {
  const isRevealed = currentRound(room)?.status === "revealed";
  if (isRevealed && may(room, "run")) actions.inRound("revote");
  const hasVotes = isVoting(room) && tally(room).voted.length > 0;
  if (hasVotes && may(room, "reveal")) actions.inRound("reveal");
}

/**
 * @param {PageState["room"]} room
 * @param {Actions} actions
 */
function proceed(room, actions) {
  const round = currentRound(room);
  const suggestion = round?.statistics?.suggestion ?? null;
  if (suggestion !== null) actions.inRound("finalize", { story_points: suggestion });
  else if (!round) actions.next();
}

/** @param {KeyboardEvent} event */
function isShortcut({ ctrlKey, metaKey, altKey, defaultPrevented, target }) {
  if (ctrlKey || metaKey || altKey || defaultPrevented) return false;
  return (
    target instanceof Element &&
    !target.closest("input, textarea, select, [contenteditable], dialog, [popover]")
  );
}
