/**
 * The focus after a draw. It goes to what has just been opened or refused, and never gets
 * lost: where what had it is gone, to what took its place.
 *
 * After a step of the vote that is a group and not its first button: a key that is still
 * held down would press that.
 *
 * @import {ViewProps} from "../types.js"
 *
 * @typedef {object} Place where the focus was before a draw
 * @property {HTMLElement} element
 * @property {Rows | null} rows of the list that it was in
 * @property {boolean} isInVote it was among the cards, the result or the next action
 *
 * @typedef {object} Rows
 * @property {string} list the selector of the list's place
 * @property {string} key of the row
 * @property {string[]} keys of all rows
 */

const LISTS = [".queue", "dialog .people", ".people-tab"];
const OTHERWISE = "#table, .departed h1";
const FOCUSABLE = "button:not(:disabled), input, a[href]";

/**
 * @param {HTMLElement} root
 * @returns {Place | null} null if the focus was outside
 */
export function placeOfFocus(root) {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || !root.contains(element)) return null;
  const isInVote = element.closest(".hand, .result") !== null;
  return { element, rows: rowsAround(element), isInVote };
}

/**
 * @param {HTMLElement} root
 * @param {Place | null} place of the focus before the draw
 */
export function keepFocus(root, place) {
  if (!place || isFocused(place.element)) return;
  // Moving an element in the DOM takes its focus away.
  place.element.focus();
  if (isFocused(place.element)) return;
  const row = place.rows && rowOrNext(root, place.rows);
  if (row) row.focus();
  // Nothing that one looks at is scrolled away.
  else groupToFocus(root, place)?.focus({ preventScroll: true });
}

/**
 * Moves the focus to the form that was opened, to the first field that was refused, or
 * to the row that a dialog was about.
 *
 * @param {HTMLElement} root
 * @param {ViewProps} before
 * @param {ViewProps} after
 */
export function followChange(root, before, after) {
  const place = root.querySelector("dialog[open]") ?? root;
  /** @param {string} selector */
  const focus = (selector) => {
    /** @type {HTMLElement | null} */ (place.querySelector(selector))?.focus();
  };
  const { editing } = after.screen;
  const { dialog, invalid } = after.ui;
  const last = before.ui.dialog;
  if (invalid && invalid !== before.ui.invalid) focus("[aria-invalid=true]");
  else if (editing && editing !== before.screen.editing) {
    focus(".edited input, .changes input");
  } else if (dialog && last && dialog.name !== last.name) {
    // The browser moves the focus only into a dialog that was closed.
    focus(last.subject ? `[data-row="${last.subject}"] button` : "button");
  }
}

/** @param {HTMLElement} element */
function isFocused(element) {
  return document.activeElement === element && !element.matches(":disabled");
}

/**
 * @param {HTMLElement} element
 * @returns {Rows | null}
 */
function rowsAround(element) {
  const row = /** @type {HTMLElement | null} */ (element.closest("[data-row]"));
  const list = LISTS.find((selector) => element.closest(selector));
  if (!row?.dataset.row || !list) return null;
  const siblings = [.../** @type {Element} */ (row.parentElement).children];
  const keys = siblings.map((each) => /** @type {HTMLElement} */ (each).dataset.row);
  return { list, key: row.dataset.row, keys: /** @type {string[]} */ (keys) };
}

/**
 * The same row, else the one after it, else the one before it, else the list's first
 * button or field.
 *
 * @param {HTMLElement} root
 * @param {Rows} rows
 * @returns {HTMLElement | null}
 */
function rowOrNext(root, { list, key, keys }) {
  const index = keys.indexOf(key);
  const nearest = [...keys.slice(index), ...keys.slice(0, index).reverse()];
  const selectors = nearest.map((each) => `[data-row="${each}"]`);
  for (const selector of [...selectors, ""]) {
    const place = root.querySelector(`${list} ${selector}`);
    const target = place?.querySelector(FOCUSABLE);
    if (target) return /** @type {HTMLElement} */ (target);
  }
  return null;
}

/**
 * @param {HTMLElement} root
 * @param {Place} place
 * @returns {HTMLElement | null}
 */
function groupToFocus(root, { isInVote }) {
  const selectors = isInVote
    ? [".hand[data-open=true] .own .cards", ".result, .hand .next-action", OTHERWISE]
    : [OTHERWISE];
  for (const selector of selectors) {
    const group = root.querySelector(selector);
    if (group) return /** @type {HTMLElement} */ (group);
  }
  return null;
}
