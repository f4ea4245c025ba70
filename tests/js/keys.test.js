import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aRoom, aRoomAtRest, aRound } from "./rooms.js";
import {
  aRevealedRoom,
  asObserver,
  asVoter,
  draw,
  listenToKeys,
  matchCard,
  props,
  recordActions,
} from "./view.js";

/** @import {Room} from "../../static/room/state.js" */

const MODIFIED = "0 ½ 1 2 3 5 8 13 20 40 100 ? ☕".split(" ");
const T_SHIRTS = "XS S M L XL XXL ? ☕".split(" ");

describe("the card that the typed characters select", () => {
  for (const [cards, typed, card] of /** @type {const} */ ([
    [MODIFIED, "5", "5"],
    [MODIFIED, "1", "1"],
    [MODIFIED, "13", "13"],
    [MODIFIED, "4", "40"],
    [MODIFIED, "10", "100"],
    [MODIFIED, "0.5", "½"],
    [MODIFIED, "c", "☕"],
    [T_SHIRTS, "m", "M"],
    [T_SHIRTS, "xl", "XL"],
    [T_SHIRTS, "xx", "XXL"],
  ])) {
    test(`${typed} selects ${card}`, () => {
      assert.deepEqual(matchCard(cards, typed), { card, isPrefix: true });
    });
  }

  test("a prefix of several cards selects none yet", () => {
    assert.deepEqual(matchCard(T_SHIRTS, "x"), { card: null, isPrefix: true });
  });

  test("a prefix of no card selects none", () => {
    assert.deepEqual(matchCard(MODIFIED, "7"), { card: null, isPrefix: false });
    assert.deepEqual(matchCard(MODIFIED, "r"), { card: null, isPrefix: false });
  });
});

/** The room whose page listens, and what its keys did. @type {Room} */
let room;
const { actions, calls } = recordActions();
listenToKeys({ current: () => ({ room, ui: props(room).ui }), actions });

/**
 * Presses keys, one after the other.
 *
 * @param {Room} in_
 * @param {string} keys
 * @param {{ at?: string, options?: KeyboardEventInit }} [how] at: the selector of what has
 *   the focus
 */
function press(in_, keys, { at = ".table", options = {} } = {}) {
  room = in_;
  calls.length = 0;
  const dialog = /** @type {const} */ ({ name: "settings", subject: null });
  const { root } = draw(props(room, { dialog }, { editing: "second" }));
  const target = root.querySelector(at);
  assert.ok(target, at);
  for (const key of keys.split(" ")) {
    target.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, ...options }),
    );
  }
  return [...calls];
}

const aVotedRoom = () => aRoom({ rounds: [aRound({ votedUserIds: ["jonas"] })] });

describe("keys lay cards", () => {
  test("with their labels", () => {
    assert.deepEqual(press(aRoom(), "5"), [["vote", "5"]]);
  });

  test("and Backspace takes one's card back, if there is one", () => {
    const { me, ...rest } = aRoom();
    const voted = { ...rest, me: { ...me, votes: { first: "5" } } };
    assert.deepEqual(press(voted, "Backspace"), [["vote", ""]]);
    assert.deepEqual(press(aRoom(), "Backspace"), []);
  });

  test("but never while one types, or has a dialog open", () => {
    for (const at of [
      ".queue .add input",
      ".edited input",
      ".edited textarea",
      "dialog select",
      "dialog input",
      "dialog button",
      ".menu button",
    ]) {
      assert.deepEqual(press(aRoom(), "5 8 Backspace r n ?", { at }), [], at);
    }
  });

  test("nor with a modifier, which is the browser's", () => {
    for (const options of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
      assert.deepEqual(press(aVotedRoom(), "5 r n", { options }), []);
    }
  });

  test("nor of an observer, nor without a vote", () => {
    assert.deepEqual(press(asObserver(aRoom()), "5 Backspace"), []);
    assert.deepEqual(press(aRoomAtRest(), "5 Backspace"), []);
  });
});

describe("R", () => {
  const reveal = ["inRound", "reveal"];

  test("reveals once somebody has voted", () => {
    assert.deepEqual(press(aVotedRoom(), "r"), [reveal]);
  });

  test("does nothing while nobody has voted", () => {
    assert.deepEqual(press(aRoom(), "r"), []);
  });

  test("reveals for whoever may, and for nobody else", () => {
    assert.deepEqual(press(asVoter(aVotedRoom()), "r"), []);
    assert.deepEqual(press(asVoter(aVotedRoom(), ["vote", "reveal"]), "r"), [reveal]);
    assert.deepEqual(press(asVoter(aVotedRoom(), ["vote", "run"]), "r"), []);
  });

  test("votes again after the reveal, for whoever may", () => {
    const revealed = aRevealedRoom({ Amira: "5", Jonas: "5" });
    assert.deepEqual(press(revealed, "r"), [["inRound", "revote"]]);
    assert.deepEqual(press(asVoter(revealed, ["vote", "reveal"]), "r"), []);
  });
});

describe("N", () => {
  test("starts the next vote, and agrees on what is suggested", () => {
    assert.deepEqual(press(aRoomAtRest(), "n"), [["next"]]);
    const revealed = aRevealedRoom({ Amira: "5", Jonas: "5" }, { suggestion: "5" });
    assert.deepEqual(press(revealed, "n"), [
      ["inRound", "finalize", { story_points: "5" }],
    ]);
  });

  test("does nothing while people vote, nor without a suggestion", () => {
    assert.deepEqual(press(aVotedRoom(), "n"), []);
    assert.deepEqual(press(aRevealedRoom({ Amira: "?" }), "n"), []);
  });

  test("is for whoever may run the session", () => {
    assert.deepEqual(press(asVoter(aRoomAtRest()), "n"), []);
    assert.deepEqual(press(asVoter(aRoomAtRest(), ["vote", "run"]), "n"), [["next"]]);
  });
});

test("? lists the keys", () => {
  assert.deepEqual(press(asObserver(aRoomAtRest()), "?"), [["open", "help"]]);
});
