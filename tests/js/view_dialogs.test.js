/** Dialogs, and forms with what the server found wrong in them. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aMember, aRoom, aTask } from "./rooms.js";
import { asVoter, draw, LINKS, props, recordActions } from "./view.js";

/**
 * @import {Dialog, DialogName, Room, Ui} from "../../static/room/state.js"
 * @import {Screen} from "../../static/room/types.js"
 */

/**
 * The page with a dialog open, and what its actions were asked to do.
 *
 * @param {DialogName} name
 * @param {object} [given]
 * @param {string | null} [given.subject]
 * @param {Room} [given.room]
 * @param {Partial<Ui>} [given.ui]
 * @param {Partial<Screen>} [given.screen]
 */
function open(name, { subject = null, room = aRoom(), ui = {}, screen = {} } = {}) {
  const { actions, calls } = recordActions();
  const dialog = { name, subject };
  return { calls, ...draw(props(room, { ...ui, dialog }, screen), actions) };
}

/**
 * Types into a form's fields, and sends it.
 *
 * @param {ReturnType<typeof draw>} screen
 * @param {string} selector
 * @param {Record<string, string>} typed
 */
function send({ root }, selector, typed) {
  const form = /** @type {HTMLFormElement} */ (root.querySelector(selector));
  for (const [name, text] of Object.entries(typed)) {
    /** @type {HTMLInputElement} */ (form.querySelector(`[name=${name}]`)).value = text;
  }
  form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

test("no dialog is drawn until one is open", () => {
  assert.equal(draw(props(aRoom())).in("dialog"), "");
});

test("the invitation has the link, its code, and a button that copies it", () => {
  const screen = open("invite");
  assert.deepEqual(screen.buttonsIn("dialog"), ["Close", "Copy link"]);
  assert.equal(screen.root.querySelector("dialog img")?.getAttribute("src"), LINKS.qr);
  const field = screen.root.querySelector("dialog input");
  assert.equal(/** @type {HTMLInputElement} */ (field).value, LINKS.invite);
});

test("copied is said only of a link that was copied", () => {
  const copied = open("invite", { screen: { copying: "copied" } });
  assert.deepEqual(copied.buttonsIn("dialog"), ["Close", "Copied"]);
  const failed = open("invite", { screen: { copying: "failed" } });
  assert.deepEqual(failed.buttonsIn("dialog"), ["Close", "Copy link"]);
  assert.match(failed.in("dialog"), /could not be copied\. It is selected/);
});

test("the shortcuts are listed with the deck's own cards", () => {
  assert.match(
    open("help").in("dialog"),
    /^Keyboard shortcuts 1 … 8 vote with that card/,
  );
});

describe("people", () => {
  const list = "dialog .people";

  test("are listed with what they are", () => {
    assert.equal(
      open("people").in(list),
      "Amira (you) facilitator Edit Amira Jonas Edit Jonas Tom observing · offline Edit Tom",
    );
  });

  test("are changed by whoever may manage, else each by themselves", () => {
    assert.deepEqual(open("people").buttonsIn(list), [
      "Edit Amira",
      "Edit Jonas",
      "Edit Tom",
    ]);
    const asJonas = open("people", { room: asVoter(aRoom()) });
    assert.deepEqual(asJonas.buttonsIn(list), ["Edit Jonas"]);
  });

  test("offer what can be changed", () => {
    const screen = { editing: "jonas" };
    assert.deepEqual(open("people", { screen }).buttonsIn(".changes"), [
      "Rename",
      "Observe instead",
      "Make facilitator",
      "Remove…",
    ]);
    const oneself = open("people", { screen, room: asVoter(aRoom()) });
    assert.deepEqual(oneself.buttonsIn(".changes"), ["Rename", "Observe instead"]);
  });

  test("keep a facilitator", () => {
    const alone = open("people", { screen: { editing: "amira" } });
    assert.match(alone.in(".changes"), /A session needs a facilitator\./);
    const members = [
      aMember("amira", { isFacilitator: true }),
      aMember("jonas", { isFacilitator: true }),
    ];
    const room = aRoom({ members });
    const beside = open("people", { screen: { editing: "amira" }, room });
    assert.ok(beside.buttonsIn(".changes").includes("Remove facilitator role"));
  });

  test("do each thing to the member that is shown", () => {
    const screen = open("people", { screen: { editing: "tom" } });
    screen.find("Vote instead").click();
    screen.find("Make facilitator").click();
    screen.find("Remove…").click();
    send(screen, ".rename", { display_name: "Tomás" });
    assert.deepEqual(screen.calls.slice(0, 4), [
      ["run", "change-role", { userId: "tom" }, { role: "voter" }],
      ["run", "promote", { userId: "tom" }],
      ["open", "remove", "tom"],
      ["submit", "rename", { userId: "tom" }, { display_name: "Tomás" }],
    ]);
  });
});

describe("settings", () => {
  const form = "dialog form";

  test("are shown to whoever may change them", () => {
    const screen = open("settings", {
      room: asVoter(aRoom(), ["vote", "manage"]),
    });
    assert.match(screen.in(form), /Session name.*Cards.*Save/);
    const name = screen.root.querySelector("dialog [name=name]");
    assert.equal(/** @type {HTMLInputElement} */ (name).value, "Payments");
  });

  test("are not shown to anybody else, even in a dialog that is open", () => {
    const screen = open("settings", { room: asVoter(aRoom()) });
    assert.equal(screen.root.querySelector(form), null);
    assert.match(screen.in("dialog"), /Only a facilitator can change the settings\./);
  });

  test("send only what was changed", () => {
    const screen = open("settings");
    send(screen, form, { name: "Search" });
    assert.deepEqual(screen.calls[0], [
      "submit",
      "change-settings",
      {},
      { name: "Search" },
    ]);
  });

  test("send a custom deck with its cards", () => {
    const screen = open("settings");
    send(screen, form, { deck: "custom", cards: "1, 2" });
    assert.deepEqual(screen.calls[0][3], { deck: "custom", cards: "1, 2" });
    const { session } = aRoom();
    const deck = { slug: "custom", cards: ["1", "2"] };
    const changed = open("settings", {
      room: aRoom({ session: { ...session, deck } }),
    });
    send(changed, form, { cards: "1, 2, 3" });
    assert.deepEqual(changed.calls[0][3], { deck: "custom", cards: "1, 2, 3" });
  });

  test("that were left as they are send nothing, and close", () => {
    const screen = open("settings");
    send(screen, form, {});
    assert.deepEqual(screen.calls, [["close"]]);
  });
});

describe("the dialog that asks first", () => {
  const rooms = { tasks: [aTask("first", { title: "Refund" })] };
  /** @type {[DialogName, string | null, RegExp, string, unknown[]][]} */
  const questions = [
    [
      "end",
      null,
      /^End the session\? Nobody will be able to vote\./,
      "End session",
      ["run", "end"],
    ],
    ["leave", null, /^Leave the session\? Your votes stay/, "Leave", ["leave"]],
    [
      "remove",
      "jonas",
      /^Remove Jonas from the session\? They no longer see/,
      "Remove",
      ["run", "remove", { userId: "jonas" }],
    ],
    [
      "delete-task",
      "first",
      /^Delete Refund\? Its rounds and its estimate/,
      "Delete task",
      ["run", "delete-task", { taskId: "first" }],
    ],
  ];

  for (const [name, subject, text, label, call] of questions) {
    test(`${name}: says what follows, and does it once it is confirmed`, () => {
      const screen = open(name, { subject, room: aRoom(rooms) });
      assert.match(screen.in("dialog"), text);
      assert.deepEqual(screen.buttonsIn("dialog"), ["Cancel", label]);
      screen.find("Cancel", "dialog button").click();
      assert.deepEqual(screen.calls, [["close"]]);
      screen.find(label, "dialog button").click();
      assert.deepEqual(screen.calls.slice(1), [["close"], call]);
    });
  }

  test("is empty when what it is about is gone", () => {
    assert.equal(open("remove", { subject: "lena" }).in("dialog"), "");
    assert.equal(open("delete-task", { subject: "third" }).in("dialog"), "");
  });
});

describe("the form of a task", () => {
  const details = { description: "Single items.", descriptionHtml: "", note: "" };

  /** @param {Partial<Screen>} [screen] @param {Room} [room] @param {Partial<Ui>} [ui] */
  function edit(screen = {}, room = aRoom(), ui = {}) {
    const { actions, calls } = recordActions();
    const given = props(room, ui, { editing: "second", details, ...screen });
    return { calls, ...draw(given, actions) };
  }

  test("has what is known, and sends only what was changed", () => {
    const screen = edit();
    const fields = [...screen.root.querySelectorAll(".edited .input")].map(
      (each) => /** @type {HTMLInputElement} */ (each).value,
    );
    assert.deepEqual(fields, ["The second", "", "Single items."]);
    send(screen, ".edited form", { title: "Clearer" });
    assert.deepEqual(screen.calls[0], [
      "submit",
      "edit-task",
      { taskId: "second" },
      { title: "Clearer" },
    ]);
  });

  test("shows no description before it is known, and sends none", () => {
    const screen = edit({ details: "loading" });
    assert.match(screen.in(".edited"), /Description Loading…/);
    assert.equal(screen.root.querySelector("textarea"), null);
    send(screen, ".edited form", { title: "Clearer" });
    assert.deepEqual(screen.calls[0][3], { title: "Clearer" });
  });

  test("says that a description could not be loaded, and how to try again", () => {
    const screen = edit({ details: "unavailable" });
    screen.find("Try again").click();
    assert.deepEqual(screen.calls, [["edit", "second"]]);
  });

  test("starts and skips for whoever may run the session alone", () => {
    const room = { ...aRoom(), rounds: [] };
    const running = ["Vote on this", "Skip"];
    const all = ["Save", "Close", "Move up", ...running, "Delete…"];
    assert.deepEqual(edit({}, room).buttonsIn(".edited"), all);
    const editor = asVoter(room, ["vote", "editTasks"]);
    assert.deepEqual(
      edit({}, editor).buttonsIn(".edited"),
      all.filter((name) => !running.includes(name)),
    );
  });

  test("asks before the task is deleted", () => {
    const screen = edit();
    screen.find("Delete…").click();
    assert.deepEqual(screen.calls, [["open", "delete-task", "second"]]);
  });

  test("is not there for whoever may not edit tasks", () => {
    const screen = edit({}, asVoter(aRoom()));
    assert.equal(screen.root.querySelector(".edited"), null);
  });
});

describe("what is wrong is said beside its field", () => {
  const emptyQueue = { tasks: [], rounds: [], currentTaskId: null, current: null };
  /** @type {[string, string, () => import("../../static/room/types.js").ViewProps][]} */
  const forms = [
    ["add-task", "title", () => props(aRoom())],
    ["quick-vote", "title", () => props(aRoom(emptyQueue))],
    ["edit-task", "title", () => props(aRoom(), {}, { editing: "second" })],
    ["edit-task", "link", () => props(aRoom(), {}, { editing: "second" })],
    ["edit-task", "description", () => props(aRoom(), {}, { editing: "second" })],
    ["rename", "display_name", () => editing("jonas")],
    ["change-settings", "name", () => props(aRoom(), { dialog: dialog("settings") })],
    ["change-settings", "deck", () => props(aRoom(), { dialog: dialog("settings") })],
    ["change-settings", "cards", () => props(aRoom(), { dialog: dialog("settings") })],
  ];

  /** @param {DialogName} name @returns {Dialog} */
  const dialog = (name) => ({ name, subject: null });
  /** @param {string} id */
  const editing = (id) => props(aRoom(), { dialog: dialog("people") }, { editing: id });

  for (const [command, field, given] of forms) {
    test(`${command}: ${field}`, () => {
      const shown = given();
      const invalid = {
        command,
        errors: { [field]: ["It is too long.", "It is odd."] },
      };
      const refused = { ...shown, ui: { ...shown.ui, invalid } };
      const { root } = draw(refused);
      const wrong = [...root.querySelectorAll("[aria-invalid=true]")];
      assert.deepEqual(
        wrong.map((each) => each.getAttribute("name")),
        [field],
      );
      const ids = wrong[0].getAttribute("aria-describedby")?.split(" ") ?? [];
      const sentences = ids.map((id) => root.querySelector(`#${id}`)?.textContent);
      assert.equal(sentences.at(-1), "It is too long. It is odd.");
      assert.equal(draw(shown).root.querySelector("[aria-invalid]"), null);
    });
  }

  test("and what was typed stays", async () => {
    const { render, page } = await import("./view.js");
    const { actions } = recordActions();
    const shown = props(aRoom(), { dialog: dialog("settings") });
    const { root } = draw(shown, actions);
    const field = /** @type {HTMLInputElement} */ (
      root.querySelector("dialog [name=name]")
    );
    field.value = "x".repeat(90);
    const invalid = { command: "change-settings", errors: { name: ["Too long."] } };
    render(page({ ...shown, ui: { ...shown.ui, invalid } }, actions), root);
    assert.equal(root.querySelector("dialog [name=name]"), field);
    assert.equal(field.value, "x".repeat(90));
    assert.equal(field.getAttribute("aria-invalid"), "true");
  });
});

describe("a dialog is closed from its backdrop", () => {
  /**
   * Presses the pointer at one place and lets it go at another.
   *
   * @param {[number, number]} from
   * @param {[number, number]} to
   */
  function drag(from, to) {
    const { root } = open("settings");
    const dialog = /** @type {HTMLDialogElement} */ (root.querySelector("dialog"));
    dialog.showModal();
    const box = { left: 100, top: 100, right: 300, bottom: 300 };
    dialog.getBoundingClientRect = () => /** @type {DOMRect} */ (box);
    for (const [type, [clientX, clientY]] of /** @type {const} */ ([
      ["pointerdown", from],
      ["click", to],
    ])) {
      dialog.dispatchEvent(new MouseEvent(type, { clientX, clientY }));
    }
    return dialog.open;
  }

  test("by a click there", () => assert.equal(drag([50, 50], [60, 60]), false));

  test("never by text that was selected out over it", () => {
    assert.equal(drag([200, 200], [50, 50]), true);
  });

  test("nor by a click on its own edge", () => {
    assert.equal(drag([110, 110], [110, 110]), true);
  });
});
