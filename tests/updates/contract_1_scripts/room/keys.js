/** The keyboard: cards by what stands on them, R, N, ? and Backspace. */

import { hasEnded, isVoting, ownCard, tally } from "./view/facts.js";

/**
 * @import {Value} from "./state.js"
 * @import {Actions} from "./view/shown.js"
 */

/** Keys that follow each other within this time spell one label: 1, 3 is 13. */
const ONE_LABEL_MS = 600;

/** What can be typed for labels that are not on the keyboard. */
const TYPED = new Map([
  ["½", ["0.5", ".5"]],
  ["☕", ["coffee"]],
]);

/**
 * @param {object} parts
 * @param {() => Value} parts.current
 * @param {Actions} parts.actions
 */
export function listenToKeys({ current, actions }) {
  let typed = "";
  let typedAt = 0;

  /** @param {string} card */
  function lay(card) {
    const value = current();
    const isThere = ownCard(value) === card && value.ui.vote?.status !== "failed";
    if (!isThere) actions.vote(card);
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    if (!isForTheRoom(event)) return;
    const { room } = current();
    const key = event.key.toLowerCase();
    const mayLay = isVoting(room) && room.me.role === "voter";
    if (key === "?") actions.open("help");
    else if (key === "backspace" && mayLay) lay("");
    // Longer names are of keys that write nothing, as Shift.
    else if (key.length === 1 && !(mayLay && isOfCard(key, event.timeStamp, room))) {
      command(key, room, actions);
    }
  }

  /**
   * Lays the card that the key completes.
   *
   * @param {string} key
   * @param {number} at
   * @param {Value["room"]} room
   * @returns {boolean} whether a card's label is being typed
   */
  function isOfCard(key, at, room) {
    const { cards } = room.session.deck;
    const continued = (at - typedAt > ONE_LABEL_MS ? "" : typed) + key;
    typed = cardTyped(cards, continued).begins ? continued : key;
    typedAt = at;
    const { card, begins } = cardTyped(cards, typed);
    if (card !== null) lay(card);
    return begins;
  }

  document.addEventListener("keydown", pressed);
}

/**
 * The card that was meant: the one spelt like that, else the only one that begins so.
 *
 * @param {string[]} cards
 * @param {string} typed in lower case
 * @returns {{card: string | null, begins: boolean}} begins: some label begins like that
 */
export function cardTyped(cards, typed) {
  /** @param {string} card */
  const spellings = (card) => [card.toLowerCase(), ...(TYPED.get(card) ?? [])];
  const exact = cards.find((card) => spellings(card).includes(typed));
  const beginning = cards.filter((card) =>
    spellings(card).some((spelling) => spelling.startsWith(typed)),
  );
  const only = beginning.length === 1 ? beginning[0] : null;
  return { card: exact ?? only, begins: beginning.length > 0 };
}

/**
 * @param {string} key
 * @param {Value["room"]} room
 * @param {Actions} actions
 */
function command(key, room, actions) {
  if (!room.me.isFacilitator || hasEnded(room)) return;
  if (key === "r") revealOrVote(room, actions);
  if (key === "n") goOn(room, actions);
}

/**
 * @param {Value["room"]} room
 * @param {Actions} actions
 */
function revealOrVote(room, actions) {
  if (room.round?.status === "revealed") actions.revote();
  else if (room.round && tally(room).voted.length) actions.reveal();
}

/**
 * @param {Value["room"]} room
 * @param {Actions} actions
 */
function goOn(room, actions) {
  const suggestion = room.round?.statistics?.suggestion ?? null;
  if (suggestion !== null) actions.finalize(suggestion);
  else if (!room.round) actions.next();
}

/** @param {KeyboardEvent} event */
function isForTheRoom({ ctrlKey, metaKey, altKey, defaultPrevented, target }) {
  if (ctrlKey || metaKey || altKey || defaultPrevented) return false;
  return (
    target instanceof Element &&
    !target.closest("input, textarea, select, [contenteditable], dialog, [popover]")
  );
}
