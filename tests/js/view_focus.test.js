/** The focus goes to where a change happened, and is never lost. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aMember, aRoom, aRoomAtRest, aRound, aTask } from "./rooms.js";
import {
  aFinishedQueue,
  aRevealedRoom,
  asObserver,
  followChange,
  keepFocus,
  page,
  placeOfFocus,
  props,
  recordActions,
  render,
  showDialog,
  textOf,
} from "./view.js";

/** @import {ViewProps} from "../../static/room/types.js" */

/**
 * A page that is drawn again and again, as room.js does.
 *
 * @param {ViewProps} first
 */
function openPage(first) {
  const root = document.createElement("div");
  document.body.replaceChildren(root);
  const { actions, calls } = recordActions();
  let last = first;
  /** @param {ViewProps} next */
  function draw(next) {
    const place = placeOfFocus(root);
    render(page(next, actions), root);
    keepFocus(root, place);
    const dialog = root.querySelector("dialog");
    if (dialog) showDialog(dialog, next, actions);
    followChange(root, last, next);
    last = next;
  }
  draw(first);
  return {
    root,
    calls,
    draw,
    /** @param {string} selector */
    focus(selector) {
      const element = /** @type {HTMLElement | null} */ (root.querySelector(selector));
      assert.ok(element, selector);
      element.focus();
      assert.equal(document.activeElement, element);
    },
    /** @param {string} selector */
    hasFocus(selector) {
      const { activeElement } = document;
      const isThere =
        activeElement !== null && activeElement === root.querySelector(selector);
      assert.ok(isThere, `${activeElement?.outerHTML.slice(0, 200)} has it`);
    },
  };
}

const row = (/** @type {string} */ key) => `.queue [data-row="${key}"] button`;

describe("after a task is deleted", () => {
  const tasks = ["first", "second", "third"].map((id) => aTask(id));
  const room = aRoom({ tasks, rounds: [] });
  /** @param {string[]} ids */
  const without = (...ids) => ({
    ...room,
    tasks: tasks.filter((task) => !ids.includes(task.taskId)),
  });

  /** @param {string} id */
  function editing(id) {
    const screen = openPage(props(room, {}, { editing: id }));
    screen.focus(".edited .buttons:last-child button:last-child");
    return screen;
  }

  test("the next one has the focus", () => {
    const screen = editing("second");
    screen.draw(props(without("second"), {}, { editing: "second" }));
    screen.hasFocus(row("third"));
  });

  test("after the last one the one before it", () => {
    const screen = editing("third");
    screen.draw(props(without("third"), {}, { editing: "third" }));
    screen.hasFocus(row("second"));
  });

  test("after the only one the field for a new one", () => {
    const screen = editing("third");
    screen.draw(props(without("first", "second", "third")));
    screen.hasFocus(".queue .add input");
  });

  test("by somebody else, whose deletion moves nobody's focus from elsewhere", () => {
    const screen = openPage(props(room));
    screen.focus(row("first"));
    screen.draw(props(without("second")));
    screen.hasFocus(row("first"));
  });
});

describe("a row that moves keeps the focus", () => {
  test("in the queue", () => {
    const room = aRoomAtRest();
    const screen = openPage(props(room));
    screen.focus(row("second"));
    screen.draw(props({ ...room, tasks: room.tasks.toReversed() }));
    screen.hasFocus(row("second"));
  });
});

describe("the form of a task", () => {
  test("has the focus when it opens", () => {
    const screen = openPage(props(aRoomAtRest()));
    screen.focus(row("second"));
    screen.draw(props(aRoomAtRest(), {}, { editing: "second" }));
    screen.hasFocus(".edited [name=title]");
  });

  test("gives it back to its row when it closes", () => {
    const screen = openPage(props(aRoomAtRest(), {}, { editing: "second" }));
    screen.focus(".edited [name=title]");
    screen.draw(props(aRoomAtRest()));
    screen.hasFocus(row("second"));
  });

  test("and of a member likewise", () => {
    const people = { dialog: { name: /** @type {const} */ ("people"), subject: null } };
    const screen = openPage(props(aRoom(), people));
    screen.draw(props(aRoom(), people, { editing: "jonas" }));
    screen.hasFocus("dialog .changes input");
    screen.draw(props(aRoom(), people));
    screen.hasFocus('dialog [data-row="jonas"] button');
  });
});

test("the first field that was refused has the focus", () => {
  const dialog = /** @type {const} */ ({ name: "settings", subject: null });
  const screen = openPage(props(aRoom(), { dialog }));
  const errors = { cards: ["Too few."], deck: ["There is no such deck."] };
  screen.draw(
    props(aRoom(), { dialog, invalid: { command: "change-settings", errors } }),
  );
  screen.hasFocus("dialog [name=deck]");
});

describe("a step of the vote", () => {
  const voting = aRoom();
  const revealed = aRevealedRoom({ Amira: "5", Jonas: "5" }, { suggestion: "5" });

  test("leads from a quick vote to the cards", () => {
    const screen = openPage(props(aFinishedQueue()));
    screen.focus(".quick input");
    screen.draw(props(voting));
    screen.hasFocus(".own .cards");
  });

  test("leads whoever has no cards to the next action", () => {
    const mayRun = /** @type {const} */ (["run"]);
    const screen = openPage(props(asObserver(aFinishedQueue(), [...mayRun])));
    screen.focus(".quick input");
    screen.draw(props(asObserver(voting, [...mayRun])));
    screen.hasFocus(".next-action");
  });

  test("leads from the reveal to the result, and on to the next action", () => {
    const voted = aRoom({ rounds: [aRound({ votedUserIds: ["amira"] })] });
    const screen = openPage(props(voted));
    screen.focus(".next-action .next");
    screen.draw(props(revealed));
    screen.hasFocus(".result");
    screen.draw(props(aRoomAtRest()));
    screen.hasFocus(".next-action");
  });

  test("leads from a card that can no longer be chosen to the result", () => {
    const screen = openPage(props(voting));
    screen.focus(".own .cards button");
    screen.draw(props(revealed));
    screen.hasFocus(".result");
  });

  test("never leads to a button, which a key that is still down would press", () => {
    const steps = [props(aFinishedQueue()), props(voting), props(revealed)];
    const screen = openPage(steps[0]);
    screen.focus(".quick input");
    for (const step of [...steps.slice(1), props(aRoomAtRest())]) {
      screen.draw(step);
      assert.doesNotMatch(document.activeElement?.tagName ?? "", /BUTTON|INPUT|BODY/);
    }
  });

  test("leaves the focus where it is elsewhere", () => {
    const screen = openPage(props(voting));
    screen.focus(".queue .add input");
    screen.draw(props(revealed));
    screen.hasFocus(".queue .add input");
  });

  test("takes no focus where there was none", () => {
    const screen = openPage(props(voting));
    screen.draw(props(revealed));
    assert.equal(document.activeElement, document.body);
  });
});

describe("a dialog", () => {
  /** @param {import("../../static/room/state.js").DialogName} name */
  const open = (name, /** @type {string | null} */ subject = null) => ({
    dialog: { name, subject },
  });

  test("that asks takes the focus from the dialog below, and gives it back", () => {
    const screen = openPage(props(aRoom(), open("people"), { editing: "jonas" }));
    screen.focus("dialog .changes .quiet");
    screen.draw(props(aRoom(), open("remove", "jonas"), { editing: "jonas" }));
    assert.equal(textOf(document.activeElement), "Cancel");
    screen.draw(props(aRoom(), open("people"), { editing: "jonas" }));
    screen.hasFocus('dialog [data-row="jonas"] button');
    const left = aRoom({ members: [aMember("amira"), aMember("tom")] });
    screen.draw(props(left, open("people"), { editing: "jonas" }));
    screen.hasFocus('dialog [data-row="tom"] button');
  });

  test("whose subject is gone closes", () => {
    const screen = openPage(props(aRoom(), open("remove", "jonas")));
    screen.draw(props(aRoom({ members: [] }), open("remove", "jonas")));
    assert.deepEqual(screen.calls, [["close"]]);
  });
});

test("a page whose room is over has the focus on its name", () => {
  const screen = openPage(props(aRoom()));
  screen.focus(".own .cards button");
  screen.draw(props(aRoom(), { departed: { code: "removed", message: "Removed." } }));
  screen.hasFocus(".departed h1");
});
