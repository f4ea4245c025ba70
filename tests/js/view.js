/**
 * Views drawn by the real lit-html into a DOM of Node.js, and what a person finds there.
 *
 * @import {Room, Ui} from "../../static/room/state.js"
 * @import {Actions, Screen, ViewProps} from "../../static/room/types.js"
 */

import { Window } from "happy-dom";
import { initialUi } from "../../static/room/state.js";
import { aMember, aRoom, aRound, aTask } from "./rooms.js";

const window = new Window({ url: "https://poker.example/s/abcdefgh12345678/" });

// lit-html takes the document when it is loaded, so the views are imported after this.
for (const name of [
  "document",
  "Element",
  "Event",
  "FormData",
  "HTMLElement",
  "KeyboardEvent",
  "MouseEvent",
  "navigator",
]) {
  Object.defineProperty(globalThis, name, {
    value: /** @type {any} */ (window)[name],
    configurable: true,
  });
}

export const { render } = await import("../../static/vendor/lit-html/lit-html.js");
export const { page } = await import("../../static/room/view/page.js");
export const { announcement } = await import("../../static/room/view/announcement.js");
export const { followChange, keepFocus, placeOfFocus } = await import(
  "../../static/room/view/focus.js"
);
export const { showDialog } = await import("../../static/room/view/overlays.js");
export const { createScreen } = await import("../../static/room/view/screen.js");
export const { listenToKeys, matchCard } = await import("../../static/room/keys.js");

/** Names in sentences stand between marks that keep their direction to themselves. */
const ISOLATES = /[\u2066-\u2069]/g;

export const LINKS = {
  home: "/poker/",
  room: "/poker/s/abcdefgh12345678/",
  state: "/poker/s/abcdefgh12345678/state/",
  presence: "/poker/s/abcdefgh12345678/presence/",
  report: "/poker/s/abcdefgh12345678/report/",
  qr: "/poker/s/abcdefgh12345678/invite.svg",
  task: "/poker/s/abcdefgh12345678/tasks/{taskId}/",
  invite: "https://poker.example/poker/s/abcdefgh12345678/",
};

/**
 * What the page is drawn from: a live connection, and nothing open.
 *
 * @param {Room} room
 * @param {Partial<Ui>} [ui]
 * @param {Partial<Screen>} [screen]
 * @returns {ViewProps}
 */
export function props(room, ui = {}, screen = {}) {
  return {
    room,
    ui: { ...initialUi(), connection: "live", ...ui },
    screen: {
      editing: null,
      details: { description: "", descriptionHtml: "", note: "" },
      copying: "",
      ...screen,
    },
    links: LINKS,
    decks: [
      { slug: "fibonacci", label: "Fibonacci" },
      { slug: "custom", label: "Custom deck" },
    ],
  };
}

/** Actions that are noted, as `[name, ...arguments]`, and accepted. */
export function recordActions() {
  /** @type {unknown[][]} */
  const calls = [];
  const actions = new Proxy(/** @type {Actions} */ ({}), {
    get:
      (_, name) =>
      (/** @type {unknown[]} */ ...given) => {
        calls.push([name, ...given.filter((each) => !(each instanceof Event))]);
        return Promise.resolve(true);
      },
  });
  return { actions, calls };
}

/**
 * The page as it is drawn.
 *
 * @param {ViewProps} given
 * @param {Actions} [actions]
 */
export function draw(given, actions = recordActions().actions) {
  const root = document.createElement("div");
  document.body.replaceChildren(root);
  render(page(given, actions), root);
  return {
    root,
    /** All that can be read, without what is behind names. */
    text: textOf(root),
    /** What can be pressed, by the names that a screen reader says. */
    buttons: namesOf(root, "button:not(:disabled), a[href]"),
    /** @param {string} selector */
    in: (selector) => textOf(root.querySelector(selector)),
    /** @param {string} selector */
    buttonsIn: (selector) =>
      namesOf(root.querySelector(selector), "button:not(:disabled), a[href]"),
    /** @param {string} name @param {string} [selector] */
    find(name, selector = "button, a[href]") {
      const found = [...root.querySelectorAll(selector)].find(
        (each) => nameOf(each) === name,
      );
      if (!found) throw new Error(`There is no ${name} in: ${textOf(root)}`);
      return /** @type {HTMLElement} */ (found);
    },
    /** @param {Element | null} [place] */
    links: (place = root) =>
      [...(place?.querySelectorAll("a") ?? [])].map((a) => a.getAttribute("href")),
  };
}

/** @param {Node | null} node */
export function textOf(node) {
  const text = node ? spacedText(node) : "";
  return text.replace(ISOLATES, "").replace(/\s+/g, " ").trim();
}

/**
 * Words in different blocks do not run together.
 *
 * @param {Node} node
 * @returns {string}
 */
function spacedText(node) {
  if (node.nodeType === 3) return node.textContent ?? "";
  const text = [...node.childNodes].map(spacedText).join("");
  return /^(?:DD|DT|LI|P)$/.test(node.nodeName) ? ` ${text} ` : text;
}

/** @param {Element} element */
function nameOf(element) {
  return element.getAttribute("aria-label") ?? textOf(element);
}

/**
 * @param {Element | null} place
 * @param {string} selector
 */
function namesOf(place, selector) {
  return [...(place?.querySelectorAll(selector) ?? [])].map(nameOf);
}

// The rooms of the tests, and who sees them.

/**
 * The room as Jonas sees it, a voter who is no facilitator.
 *
 * @param {Room} room
 * @param {Room["me"]["may"]} may
 * @returns {Room}
 */
export function asVoter(room, may = ["vote"]) {
  const votes = {};
  const me = { userId: "jonas", name: "Jonas", isFacilitator: false, may, votes };
  return { ...room, me: { ...me, role: "voter" } };
}

/**
 * The room as Tom sees it, who observes.
 *
 * @param {Room} room
 * @param {Room["me"]["may"]} may
 * @returns {Room}
 */
export function asObserver(room, may = []) {
  const me = { userId: "tom", name: "Tom", isFacilitator: false, may, votes: {} };
  return { ...room, me: { ...me, role: "observer" } };
}

/**
 * A room in which the cards of the voters lie open, by the names of who laid them.
 *
 * @param {Record<string, string>} cards
 * @param {Partial<NonNullable<Room["rounds"][0]["statistics"]>>} [statistics]
 */
export function aRevealedRoom(cards, statistics = {}) {
  const laid = Object.entries(cards);
  const different = [...new Set(Object.values(cards))];
  const room = aRoom({
    members: laid.map(([name], place) =>
      aMember(name.toLowerCase(), { isFacilitator: place === 0 }),
    ),
    rounds: [
      aRound({
        status: "revealed",
        votedUserIds: laid.map(([name]) => name.toLowerCase()),
        votes: laid.map(([name, card]) => ({
          userId: name.toLowerCase(),
          storyPoints: card,
        })),
        statistics: {
          distribution: different.map((card) => ({
            card,
            count: laid.filter(([, each]) => each === card).length,
          })),
          mean: null,
          median: null,
          mode: [],
          low: null,
          high: null,
          agreement: null,
          outliers: [],
          suggestion: null,
          ...statistics,
        },
      }),
    ],
  });
  const own = cards[room.me.name];
  return own ? { ...room, me: { ...room.me, votes: { first: own } } } : room;
}

/** Nobody but the facilitator, and nothing to estimate. */
export const anEmptyRoom = () =>
  aRoom({
    members: [aMember("amira", { isFacilitator: true })],
    tasks: [],
    rounds: [],
    currentTaskId: null,
    current: null,
  });

/** All tasks are estimated or skipped. */
export const aFinishedQueue = () =>
  aRoom({
    tasks: [
      aTask("first", { status: "finalized", storyPoints: "5" }),
      aTask("second", { status: "skipped" }),
    ],
    rounds: [],
    currentTaskId: null,
    current: null,
  });
