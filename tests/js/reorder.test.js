import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  draggedOver,
  dragLeft,
  dragStarted,
  dropped,
  moveWithKeys,
} from "../../static/room/view/reorder.js";
import { aTask } from "./rooms.js";

const TASKS = ["first", "second", "third"].map((taskId) => aTask(taskId));

function recordMoves() {
  /** @type {[string, number][]} */
  const moves = [];
  const actions = /** @type {import("../../static/room/types.js").Actions} */ (
    /** @type {unknown} */ ({
      moveTask: (/** @type {string} */ taskId, /** @type {number} */ toIndex) =>
        moves.push([taskId, toIndex]),
    })
  );
  return { actions, moves };
}

describe("Alt with an arrow key", () => {
  /** @param {number} index @param {{ key: string, altKey?: boolean }} keys */
  function press(index, { key, altKey = true }) {
    const { actions, moves } = recordMoves();
    let isPrevented = false;
    const event = {
      key,
      altKey,
      preventDefault() {
        isPrevented = true;
      },
    };
    const listener = moveWithKeys(TASKS[index], index, TASKS.length, actions);
    listener(/** @type {KeyboardEvent} */ (event));
    return { moves, isPrevented };
  }

  test("moves the task by one", () => {
    assert.deepEqual(press(1, { key: "ArrowUp" }).moves, [["second", 0]]);
    assert.deepEqual(press(1, { key: "ArrowDown" }).moves, [["second", 2]]);
  });

  test("does not move it out of the queue, nor scroll", () => {
    const beyond = { moves: [], isPrevented: true };
    assert.deepEqual(press(0, { key: "ArrowUp" }), beyond);
    assert.deepEqual(press(2, { key: "ArrowDown" }), beyond);
  });

  test("leaves other keys to the browser", () => {
    const ignored = { moves: [], isPrevented: false };
    assert.deepEqual(press(1, { key: "ArrowUp", altKey: false }), ignored);
    assert.deepEqual(press(1, { key: "Enter" }), ignored);
  });
});

describe("drag and drop", () => {
  const UPPER = 109;
  const LOWER = 111;

  function aRow() {
    return {
      dataset: /** @type {Record<string, string>} */ ({}),
      getBoundingClientRect: () => ({ top: 100, height: 20 }),
    };
  }

  function aDrag() {
    /** @type {Map<string, string>} */
    const data = new Map();
    return {
      get types() {
        return [...data.keys()];
      },
      setData: (/** @type {string} */ type, /** @type {string} */ text) =>
        data.set(type, text),
      getData: (/** @type {string} */ type) => data.get(type) ?? "",
    };
  }

  /** @param {object} details */
  const anEvent = (details) =>
    /** @type {DragEvent} */ (
      /** @type {unknown} */ ({ preventDefault() {}, ...details })
    );

  /** @param {number} from @param {number} onto @param {number} clientY */
  function drag(from, onto, clientY) {
    const { actions, moves } = recordMoves();
    const dataTransfer = aDrag();
    dragStarted(TASKS[from])(anEvent({ dataTransfer }));
    const event = anEvent({ dataTransfer, clientY, currentTarget: aRow() });
    dropped(onto, TASKS, actions)(event);
    return moves;
  }

  test("a task is dropped above or below a row", () => {
    assert.deepEqual(drag(0, 2, UPPER), [["first", 1]]);
    assert.deepEqual(drag(0, 2, LOWER), [["first", 2]]);
    assert.deepEqual(drag(2, 0, UPPER), [["third", 0]]);
    assert.deepEqual(drag(2, 0, LOWER), [["third", 1]]);
  });

  test("dropped at its own place it does not move", () => {
    assert.deepEqual(drag(1, 1, UPPER), []);
    assert.deepEqual(drag(1, 1, LOWER), []);
    assert.deepEqual(drag(1, 0, LOWER), []);
    assert.deepEqual(drag(1, 2, UPPER), []);
  });

  test("only tasks can be dropped", () => {
    const { actions, moves } = recordMoves();
    const dataTransfer = aDrag();
    dataTransfer.setData("text/plain", "first");
    const row = aRow();
    const event = anEvent({ dataTransfer, clientY: UPPER, currentTarget: row });
    draggedOver(event);
    assert.deepEqual(row.dataset, {});
    dropped(2, TASKS, actions)(event);
    assert.deepEqual(moves, []);
  });

  test("the half of the row under the pointer is marked", () => {
    const dataTransfer = aDrag();
    dragStarted(TASKS[0])(anEvent({ dataTransfer }));
    const currentTarget = aRow();
    draggedOver(anEvent({ dataTransfer, clientY: UPPER, currentTarget }));
    assert.equal(currentTarget.dataset.drop, "above");
    draggedOver(anEvent({ dataTransfer, clientY: LOWER, currentTarget }));
    assert.equal(currentTarget.dataset.drop, "below");
    dragLeft(anEvent({ currentTarget }));
    assert.deepEqual(currentTarget.dataset, {});
  });
});
