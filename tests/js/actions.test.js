import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openLivePage } from "./page.js";
import { aRoom, aRoomAtRest, aTask } from "./rooms.js";
import { createServer } from "./server.js";

/** @import {Actions} from "../../static/room/actions.js" */

describe("each action sends one request", () => {
  /** @type {Record<string, [(actions: Actions) => unknown, string, string]>} */
  const requests = {
    reveal: [(act) => act.reveal(), "tasks/first/reveal/", "round=1"],
    revote: [(act) => act.revote(), "tasks/first/revote/", "round=1"],
    finalize: [
      (act) => act.finalize("½"),
      "tasks/first/finalize/",
      "round=1&story_points=%C2%BD",
    ],
    start: [(act) => act.start("second"), "tasks/second/start/", ""],
    skip: [(act) => act.skip("second"), "tasks/second/skip/", ""],
    quickVote: [(act) => act.quickVote("Fix it"), "quick-vote/", "title=Fix+it"],
    addTask: [
      (act) => act.addTask({ title: "A", link: "https://b.example/" }),
      "tasks/",
      "title=A&link=https%3A%2F%2Fb.example%2F",
    ],
    editTask: [
      (act) => act.editTask("second", { title: "" }),
      "tasks/second/edit/",
      "title=",
    ],
    deleteTask: [(act) => act.deleteTask("second"), "tasks/second/delete/", ""],
    moveTask: [
      (act) => act.moveTask("first", 1),
      "tasks/order/",
      "task_ids=second&task_ids=first",
    ],
    rename: [
      (act) => act.rename("jonas", "Jon"),
      "members/jonas/rename/",
      "display_name=Jon",
    ],
    setRole: [
      (act) => act.setRole("jonas", "observer"),
      "members/jonas/role/",
      "role=observer",
    ],
    promote: [(act) => act.promote("jonas"), "members/jonas/promote/", ""],
    demote: [(act) => act.demote("jonas"), "members/jonas/demote/", ""],
    remove: [(act) => act.remove("jonas"), "members/jonas/remove/", ""],
    leave: [(act) => act.leave(), "leave/", ""],
    end: [(act) => act.end(), "end/", ""],
    reopen: [(act) => act.reopen(), "reopen/", ""],
    updateSettings: [
      (act) => act.updateSettings({ name: "Search" }),
      "settings/",
      "name=Search",
    ],
  };
  for (const [name, [act, path, body]] of Object.entries(requests)) {
    test(name, async () => {
      const page = await openLivePage();
      assert.equal(await act(page.actions), true);
      const [request, ...others] = page.server.requests;
      assert.deepEqual(
        [request.method, request.path, request.fields.toString(), others],
        ["POST", path, body, []],
      );
      assert.equal(request.headers.get("X-CSRFToken"), "token");
      assert.equal(request.headers.get("Accept"), "application/json");
    });
  }
});

describe("next", () => {
  test("it starts the first pending task", async () => {
    const room = aRoomAtRest();
    room.tasks[0] = aTask("first", { status: "finalized", storyPoints: "5" });
    const page = await openLivePage(createServer(room));
    assert.equal(await page.actions.next(), true);
    assert.equal(page.server.requests[0].path, "tasks/second/start/");
  });

  test("it does nothing during a round or with an empty queue", async () => {
    for (const room of [aRoom(), aRoom({ round: null, tasks: [] })]) {
      const page = await openLivePage(createServer(room));
      assert.equal(await page.actions.next(), false);
      assert.equal(page.server.requests.length, 0);
    }
  });
});

describe("an action that fails", () => {
  test("the server's message is shown each time, and nothing changes", async () => {
    const page = await openLivePage();
    page.server.refusal = {
      status: 409,
      body: { error: "It has been revealed.", code: "already-done" },
    };
    const before = page.room();
    assert.equal(await page.actions.reveal(), false);
    const first = page.ui().notice;
    assert.deepEqual(
      [first?.text, first?.kind, page.room()],
      ["It has been revealed.", "warning", before],
    );
    await page.actions.reveal();
    assert.notEqual(page.ui().notice?.id, first?.id);
  });

  test("a refusal without a message gets a default one", async () => {
    const page = await openLivePage();
    page.server.refusal = { status: 418, body: "teapot" };
    await page.actions.reveal();
    assert.match(page.ui().notice?.text ?? "", /refused/);
  });

  test("the page fetches the state, since it may be out of date", async () => {
    const page = await openLivePage();
    page.server.isDown = true;
    await page.actions.reveal();
    assert.match(page.ui().notice?.text ?? "", /cannot be reached/);
    await page.clock.pass(0);
    assert.equal(page.server.stateRequests(), 1);
  });

  test("a refused leave does not end the page", async () => {
    const page = await openLivePage();
    page.server.refusal = { status: 429, body: { error: "Slowly.", code: "limit" } };
    await page.actions.leave();
    assert.deepEqual([page.ui().departed, page.client.isClosed], [null, false]);
  });
});

test("leaving is confirmed, and ends the page", async () => {
  const page = await openLivePage();
  await page.actions.leave();
  assert.equal(page.ui().departed?.code, "left");
  assert.equal(page.client.isClosed, true);
});

test("dialogs and tabs are local to the page", async () => {
  const page = await openLivePage();
  page.actions.open("invite");
  page.actions.showTab("queue");
  assert.deepEqual([page.ui().dialog, page.ui().tab], ["invite", "queue"]);
  page.actions.close();
  assert.equal(page.ui().dialog, null);
  assert.equal(page.server.requests.length, 0);
});
