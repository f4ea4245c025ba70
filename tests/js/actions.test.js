import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openLivePage } from "./page.js";
import { aRoom, aTask } from "./rooms.js";
import { createServer } from "./server.js";

/** @import {Actions} from "../../static/room/actions.js" */

describe("each action sends one request", () => {
  /** @type {Record<string, [(actions: Actions) => unknown, string, string]>} */
  const requests = {
    reveal: [(act) => act.inRound("reveal"), "tasks/first/reveal/", "round=1"],
    revote: [(act) => act.inRound("revote"), "tasks/first/revote/", "round=1"],
    finalize: [
      (act) => act.inRound("finalize", { story_points: "½" }),
      "tasks/first/finalize/",
      "story_points=%C2%BD&round=1",
    ],
    start: [(act) => act.run("start", { taskId: "second" }), "tasks/second/start/", ""],
    skip: [(act) => act.inRound("skip"), "tasks/first/skip/", "round=1"],
    "quick-vote": [
      (act) => act.submit("quick-vote", {}, { title: "Fix it" }),
      "quick-vote/",
      "title=Fix+it",
    ],
    "add-task": [
      (act) => act.submit("add-task", {}, { title: "A", link: "https://b.example/" }),
      "tasks/",
      "title=A&link=https%3A%2F%2Fb.example%2F",
    ],
    "edit-task": [
      (act) => act.submit("edit-task", { taskId: "second" }, { title: "" }),
      "tasks/second/edit/",
      "title=",
    ],
    "delete-task": [
      (act) => act.run("delete-task", { taskId: "second" }),
      "tasks/second/delete/",
      "",
    ],
    "move-task down": [
      (act) => act.moveTask("first", 1),
      "tasks/first/move/",
      "before=",
    ],
    "move-task up": [
      (act) => act.moveTask("second", 0),
      "tasks/second/move/",
      "before=first",
    ],
    rename: [
      (act) => act.submit("rename", { userId: "jonas" }, { display_name: "Jon" }),
      "members/jonas/rename/",
      "display_name=Jon",
    ],
    "change-role": [
      (act) => act.run("change-role", { userId: "jonas" }, { role: "observer" }),
      "members/jonas/role/",
      "role=observer",
    ],
    "an id that is no part of an address": [
      (act) => act.run("remove", { userId: "a/../b?" }),
      "members/a%2F..%2Fb%3F/remove/",
      "",
    ],
    leave: [(act) => act.leave(), "leave/", ""],
    end: [(act) => act.run("end"), "end/", ""],
    reopen: [(act) => act.run("reopen"), "reopen/", ""],
    "change-settings": [
      (act) => act.submit("change-settings", {}, { name: "Search" }),
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
    const tasks = [aTask("first", { status: "finalized" }), aTask("second")];
    const room = aRoom({ rounds: [], tasks });
    const page = await openLivePage(createServer(room));
    assert.equal(await page.actions.next(), true);
    assert.equal(page.server.requests[0].path, "tasks/second/start/");
  });

  test("it does nothing during a round or with an empty queue", async () => {
    for (const room of [aRoom(), aRoom({ rounds: [], tasks: [] })]) {
      const page = await openLivePage(createServer(room));
      assert.equal(await page.actions.next(), false);
      assert.equal(page.server.requests.length, 0);
    }
  });
});

describe("a task read whole", () => {
  test("has what no list has", async () => {
    const page = await openLivePage();
    const task = await page.actions.readTask("second");
    assert.equal(task?.description, "All of it");
    assert.equal(page.server.requests[0].path, "tasks/second/");
  });

  test("that cannot be read is a notice", async () => {
    const page = await openLivePage();
    page.server.refusal = { status: 404, body: "<h1>Not Found</h1>" };
    assert.equal(await page.actions.readTask("second"), undefined);
    assert.match(page.ui().notice?.text ?? "", /something in front of it.*404/);
  });
});

describe("an action that fails", () => {
  test("the server's message is shown each time, and nothing changes", async () => {
    const page = await openLivePage();
    page.server.refusal = {
      status: 409,
      body: { error: "It has been revealed.", code: "round-closed" },
    };
    const before = page.room();
    assert.equal(await page.actions.inRound("reveal"), false);
    const first = page.ui().notice;
    assert.deepEqual(
      [first?.text, first?.kind, page.room()],
      ["It has been revealed.", "warning", before],
    );
    await page.actions.inRound("reveal");
    assert.notEqual(page.ui().notice?.id, first?.id);
  });

  test("what is wrong with a field is shown beside it, until it is sent again", async () => {
    const page = await openLivePage();
    const errors = { title: ["Too long."] };
    page.server.refusal = {
      status: 422,
      body: { error: "Too long.", code: "invalid-input", errors },
    };
    assert.equal(await page.actions.submit("add-task", {}, { title: "A" }), false);
    assert.deepEqual(page.ui().invalid, { command: "add-task", errors });
    assert.equal(page.ui().notice, null);
    page.server.refusal = null;
    await page.actions.submit("add-task", {}, { title: "B" });
    assert.equal(page.ui().invalid, null);
  });

  test("what is wrong with a field that has no form is a notice", async () => {
    const page = await openLivePage();
    page.server.refusal = {
      status: 422,
      body: { error: "No.", code: "invalid-input", errors: { round: ["No."] } },
    };
    await page.actions.inRound("reveal");
    await page.actions.submit("add-task", {}, { title: "A" });
    assert.equal(page.ui().notice?.text, "No.");
    assert.equal(page.ui().invalid, null);
  });

  test("the page fetches the state, since it may be out of date", async () => {
    const page = await openLivePage();
    page.server.isDown = true;
    await page.actions.inRound("reveal");
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
  assert.deepEqual(page.ui().dialog, { name: "invite", subject: null });
  assert.equal(page.ui().tab, "queue");
  page.actions.open("remove", "jonas");
  assert.deepEqual(page.ui().dialog, { name: "remove", subject: "jonas" });
  page.actions.close();
  assert.equal(page.ui().dialog, null);
  assert.equal(page.server.requests.length, 0);
});
