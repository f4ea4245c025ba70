/** What people typed: names of any length and direction, links of any kind. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aMember, aRoom, aRoomAtRest, aRound, aTask } from "./rooms.js";
import {
  anEmptyRoom,
  announcement,
  aRevealedRoom,
  asObserver,
  asVoter,
  draw,
  props,
} from "./view.js";

/** @import {Room} from "../../static/room/state.js" */

const RIGHT_TO_LEFT = "נועה";
const LONGEST = "W".repeat(40);

/** Everybody and everything bears the name, so that it stands wherever one can stand. */
function aRoomNamed(
  /** @type {string} */ name,
  /** @type {Partial<Room>} */ changes = {},
) {
  const room = aRoom(changes);
  return {
    ...room,
    session: { ...room.session, name },
    me: { ...room.me, name },
    members: room.members.map((member) => ({ ...member, name })),
    tasks: room.tasks.map((task) => ({ ...task, title: name })),
  };
}

/** @param {string} name @returns {Record<string, import("../../static/room/types.js").ViewProps>} */
function screensWith(name) {
  const voting = aRoomNamed(name);
  const revealed = aRevealedRoom(
    { Amira: "5", Jonas: "5", Lukas: "2", Sofía: "13", Lena: "?", Tom: "☕" },
    { median: "5", outliers: ["2", "13"], suggestion: "5" },
  );
  const members = revealed.members.map((member) => ({ ...member, name }));
  const absent = [
    aMember("amira", { name }),
    aMember("jonas", { name, isAway: true }),
    aMember("lena", { name, isOnline: false }),
  ];
  /** @param {import("../../static/room/state.js").DialogName} dialog */
  const dialog = (dialog, /** @type {string | null} */ subject = null) => ({
    dialog: { name: dialog, subject },
  });
  return {
    voting: props(voting),
    "as a voter": props(asVoter(aRoomNamed(name, { rounds: [] }))),
    "as an observer": props(asObserver(voting)),
    empty: props(asVoter({ ...anEmptyRoom(), members: voting.members })),
    "at rest": props(aRoomNamed(name, { rounds: [] })),
    absent: props({ ...voting, members: absent }),
    revealed: props({ ...revealed, members }),
    people: props(voting, dialog("people"), { editing: "jonas" }),
    "the people's tab": props(voting, { tab: "people" }),
    removing: props(voting, dialog("remove", "jonas")),
    deleting: props(voting, dialog("delete-task", "second")),
    departed: props(voting, { departed: { code: "left", message: "You have left." } }),
  };
}

describe("a name that runs from right to left", () => {
  for (const [state, given] of Object.entries(screensWith(RIGHT_TO_LEFT))) {
    test(`moves nothing around it: ${state}`, () => {
      const places = textNodes(draw(given).root).filter(({ data }) =>
        data.includes(RIGHT_TO_LEFT),
      );
      assert.ok(places.length > 0);
      assert.deepEqual(places.filter((node) => !isIsolated(node)).map(shown), []);
    });
  }

  test("moves nothing in what a screen reader is told", () => {
    const before = { room: aRoomAtRest(), ui: props(aRoom()).ui };
    const after = { room: aRoomNamed(RIGHT_TO_LEFT), ui: before.ui };
    const newcomer = aMember("lena", { name: RIGHT_TO_LEFT });
    after.room.members = [...after.room.members, newcomer];
    const sentence = announcement(before, after);
    assert.match(sentence, new RegExp(`\u2068${RIGHT_TO_LEFT}\u2069 joined`));
    assert.match(sentence, new RegExp(`started: \u2068${RIGHT_TO_LEFT}\u2069`));
  });
});

describe("the longest names", () => {
  for (const [state, given] of Object.entries(screensWith(LONGEST))) {
    test(`are drawn whole: ${state}`, () => {
      assert.match(draw(given).text, new RegExp(LONGEST));
    });
  }
});

describe("a link is opened only on the web", () => {
  for (const link of [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    " javascript:alert(1)",
    "data:text/html,hello",
    "vbscript:x",
    "file:///etc/passwd",
    "//tracker.example/7",
    "tracker",
  ]) {
    test(`not ${link}`, () => {
      const tasks = [aTask("first", { status: "voting", link, key: "PAY-1" })];
      const { root, links, in: read } = draw(props(aRoom({ tasks })));
      assert.deepEqual(links(root.querySelector(".task")), []);
      assert.deepEqual(links(root.querySelector(".queue")), []);
      assert.match(read(".task"), /^PAY-1 Round 1/);
    });
  }

  test("and in a tab of its own, which learns nothing of the room", () => {
    const tasks = [aTask("first", { status: "voting", link: "https://a.example/7" })];
    const link = draw(props(aRoom({ tasks }))).root.querySelector(".task a");
    assert.equal(link?.getAttribute("target"), "_blank");
    assert.equal(link?.getAttribute("rel"), "noopener noreferrer");
  });
});

describe("what is live is not translated", () => {
  test("names, cards and counts", () => {
    const tasks = [
      aTask("first", { status: "voting" }),
      aTask("second", { status: "finalized", storyPoints: "5" }),
    ];
    const rounds = [aRound({ votedUserIds: ["amira"] })];
    const { root } = draw(props(aRoom({ tasks, rounds }), { tab: "people" }));
    for (const selector of [
      ".seat .name bdi",
      ".seat .card",
      ".own .cards",
      ".count b",
      ".points span:last-child",
      ".queue header small",
      ".people b bdi",
      ".tabs span",
    ]) {
      const places = [...root.querySelectorAll(selector)];
      assert.ok(places.length > 0, selector);
      assert.ok(places.every(isKeptAsItIs), selector);
    }
  });

  test("the numbers of the result", () => {
    const room = aRevealedRoom(
      { Amira: "5", Jonas: "8" },
      { median: "5", mean: 6.5, low: "5", high: "8", agreement: 50, suggestion: "5" },
    );
    const { root } = draw(props(room));
    for (const selector of [
      ".bars b",
      ".statistics dd",
      ".seat .front",
      ".estimates .cards",
    ]) {
      const places = [...root.querySelectorAll(selector)];
      assert.ok(places.length > 0, selector);
      assert.ok(places.every(isKeptAsItIs), selector);
    }
  });
});

/** @param {Element} element */
function isKeptAsItIs(element) {
  return element.closest("[translate=no]") !== null;
}

/** @param {Node} node @returns {Text[]} */
function textNodes(node) {
  return [...node.childNodes].flatMap((each) =>
    each.nodeType === 3 ? [/** @type {Text} */ (each)] : textNodes(each),
  );
}

/**
 * Alone in an element that keeps its direction to itself, or between isolates.
 *
 * @param {Text} node
 */
function isIsolated({ data, parentElement }) {
  const rest = data.replaceAll(`\u2068${RIGHT_TO_LEFT}\u2069`, "");
  if (!rest.includes(RIGHT_TO_LEFT)) return true;
  return (
    data.trim() === RIGHT_TO_LEFT &&
    Boolean(parentElement?.matches("bdi, [dir=auto], [dir=auto] *"))
  );
}

/** @param {Text} node */
function shown({ data, parentElement }) {
  return `${parentElement?.className || parentElement?.tagName}: ${data}`;
}
