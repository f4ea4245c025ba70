/** What a person does on this page alone: dialogs, forms, copying. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createStore } from "../../static/room/store.js";
import { aRoom, aTask } from "./rooms.js";
import { createScreen, props } from "./view.js";

/**
 * @import {PageState, Room} from "../../static/room/state.js"
 * @import {createActions} from "../../static/room/actions.js"
 */

const DETAILS = { description: "Single items.", descriptionHtml: "", note: "" };

/** @param {Room} [room] */
function createPage(room = aRoom()) {
  const store = createStore(/** @type {PageState} */ ({ room, ui: props(room).ui }));
  /** @param {Partial<PageState["ui"]>} changes */
  const show = (changes) => {
    const { room: current, ui } = store.get();
    store.set({ room: current, ui: { ...ui, ...changes } });
  };
  /** @type {string[]} */
  const read = [];
  /** @type {((task: unknown) => void)[]} */
  const answers = [];
  const roomActions = /** @type {ReturnType<typeof createActions>} */ (
    /** @type {unknown} */ ({
      open: (/** @type {any} */ name, subject = null) =>
        show({ dialog: { name, subject } }),
      close: () => show({ dialog: null }),
      readTask(/** @type {string} */ taskId) {
        read.push(taskId);
        return new Promise((resolve) => answers.push(resolve));
      },
    })
  );
  /** @type {string[]} */
  const said = [];
  const say = (/** @type {string} */ sentence) => said.push(sentence);
  const { screen, actions } = createScreen({ store, roomActions, say });
  return { actions, answers, read, said, screen: screen.get, ui: () => store.get().ui };
}

describe("a dialog that asks", () => {
  test("lies over the one it was opened from, which is there again", () => {
    const { actions, ui } = createPage();
    actions.open("people");
    actions.open("remove", "jonas");
    assert.deepEqual(ui().dialog, { name: "remove", subject: "jonas" });
    actions.close();
    assert.deepEqual(ui().dialog, { name: "people", subject: null });
    actions.close();
    assert.equal(ui().dialog, null);
  });

  test("leaves the form open that it was asked from", () => {
    const { actions, screen } = createPage();
    actions.edit("first");
    actions.open("delete-task", "first");
    actions.close();
    assert.equal(screen().editing, "first");
  });

  test("and the people's dialog closes theirs", () => {
    const { actions, screen } = createPage();
    actions.open("people");
    actions.edit("jonas");
    actions.close();
    assert.equal(screen().editing, null);
  });
});

describe("the description of the task that is edited", () => {
  const withDescription = (/** @type {string} */ id) =>
    aTask(id, { hasDescription: true });

  test("is known of the task in hand", () => {
    const tasks = [withDescription("first")];
    const { actions, read, screen } = createPage(aRoom({ tasks, current: DETAILS }));
    actions.edit("first");
    assert.deepEqual([screen().details, read], [DETAILS, []]);
  });

  test("is known of a task that has none", () => {
    const { actions, read, screen } = createPage();
    actions.edit("second");
    assert.deepEqual(read, []);
    assert.equal(/** @type {any} */ (screen().details).description, "");
  });

  test("of another task is read first", async () => {
    const tasks = [aTask("first"), withDescription("second")];
    const { actions, answers, read, screen } = createPage(aRoom({ tasks }));
    const edited = actions.edit("second");
    assert.deepEqual([screen().details, read], ["loading", ["second"]]);
    answers[0](DETAILS);
    await edited;
    assert.deepEqual(screen().details, DETAILS);
  });

  test("that cannot be read is said to be unavailable", async () => {
    const tasks = [aTask("first"), withDescription("second")];
    const { actions, answers, screen } = createPage(aRoom({ tasks }));
    const edited = actions.edit("second");
    answers[0](undefined);
    await edited;
    assert.equal(screen().details, "unavailable");
  });

  test("that arrives late is not shown in another task's form", async () => {
    const tasks = [aTask("first"), withDescription("second"), withDescription("third")];
    const { actions, answers, screen } = createPage(aRoom({ tasks }));
    const late = actions.edit("second");
    actions.edit("third");
    answers[0](DETAILS);
    await late;
    assert.deepEqual([screen().editing, screen().details], ["third", "loading"]);
  });
});

test("on a phone the form of a task is shown in the queue's tab", () => {
  const { actions, ui } = createPage();
  actions.edit("first");
  assert.equal(ui().tab, "queue");
});

describe("copying the link", () => {
  /** @param {{ clipboard?: boolean, command?: boolean }} browser what works in it */
  async function copy({ clipboard = false, command = false }) {
    const { actions, said, screen } = createPage();
    document.body.innerHTML =
      "<div><input value='link'><button>Copy link</button></div>";
    Object.defineProperty(navigator, "clipboard", {
      configurable: true,
      value: clipboard ? { writeText: async () => {} } : undefined,
    });
    document.execCommand = () => command;
    const currentTarget = document.querySelector("button");
    await actions.copyLink(/** @type {any} */ ({ currentTarget }));
    return [screen().copying, ...said];
  }

  test("is said when it worked", async () => {
    assert.deepEqual(await copy({ clipboard: true }), ["copied", "Link copied."]);
  });

  test("is said when the old way worked, over plain HTTP", async () => {
    assert.deepEqual(await copy({ command: true }), ["copied", "Link copied."]);
  });

  test("is not said when it failed", async () => {
    assert.deepEqual(await copy({}), [
      "failed",
      "The link could not be copied. It is selected.",
    ]);
  });

  test("is forgotten when the dialog closes", async () => {
    const { actions, screen } = createPage();
    document.execCommand = () => true;
    document.body.innerHTML =
      "<div><input value='link'><button>Copy link</button></div>";
    actions.open("invite");
    const currentTarget = document.querySelector("button");
    await actions.copyLink(/** @type {any} */ ({ currentTarget }));
    actions.close();
    assert.equal(screen().copying, "");
  });
});
