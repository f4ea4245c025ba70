import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { takeReady, withEvent, withoutIncluded } from "../../static/room/sync/order.js";
import { aVote } from "./rooms.js";

/**
 * @import {PokerEvent} from "../../static/room/state.js"
 * @import {Pending} from "../../static/room/sync/order.js"
 */

/** @param {PokerEvent[]} events */
const pendingOf = (...events) =>
  events.reduce(withEvent, /** @type {Pending} */ (new Map()));

/** @param {number[]} versions */
const votes = (...versions) =>
  pendingOf(...versions.map((version) => aVote(version, "jonas")));

/** @param {PokerEvent[]} events */
const versionsOf = (events) => events.map(({ data }) => data.version);

/** An event that was too large to be sent. @param {number} version */
const aPointer = (version) =>
  /** @type {PokerEvent} */ (
    /** @type {unknown} */ ({ type: "task-added", data: { version, refetch: true } })
  );

/** An event of a newer server. @param {number} version */
const anUnknownEvent = (version) =>
  /** @type {PokerEvent} */ (
    /** @type {unknown} */ ({ type: "toString", data: { version } })
  );

describe("an event that is added", () => {
  test("is pending under its version, once", () => {
    const pending = votes(8, 10, 8);
    assert.deepEqual([...pending.keys()], [8, 10]);
    assert.deepEqual(pending.get(10), aVote(10, "jonas"));
  });

  test("leaves the given events as they are", () => {
    const before = votes(8);
    withEvent(before, aVote(9, "jonas"));
    assert.deepEqual([...before.keys()], [8]);
  });
});

describe("the events that are ready", () => {
  test("follow the room's version, in order, whatever order they arrived in", () => {
    const { ready, rest, isIncomplete, hasGap } = takeReady(votes(10, 8, 9), 7);
    assert.deepEqual(versionsOf(ready), [8, 9, 10]);
    assert.deepEqual([rest.size, isIncomplete, hasGap], [0, false, false]);
  });

  test("end before a gap, and later events stay pending", () => {
    const { ready, rest, isIncomplete, hasGap } = takeReady(votes(8, 10, 11), 7);
    assert.deepEqual(versionsOf(ready), [8]);
    assert.deepEqual([...rest.keys()], [10, 11]);
    assert.deepEqual([isIncomplete, hasGap], [false, true]);
  });

  test("are none while the next one is missing", () => {
    const { ready, hasGap } = takeReady(votes(9), 7);
    assert.deepEqual([ready, hasGap], [[], true]);
  });

  test("are none, without a gap, if nothing is pending", () => {
    const result = takeReady(votes(), 7);
    assert.deepEqual(
      [result.ready, result.isIncomplete, result.hasGap],
      [[], false, false],
    );
  });

  const incomplete = {
    "an event that only points to the state": aPointer,
    "an event without a handler": anUnknownEvent,
  };
  for (const [name, create] of Object.entries(incomplete)) {
    test(`end before ${name}, which is no gap`, () => {
      const pending = withEvent(votes(8, 10), create(9));
      const { ready, rest, isIncomplete, hasGap } = takeReady(pending, 7);
      assert.deepEqual(versionsOf(ready), [8]);
      assert.deepEqual([...rest.keys()].sort(), [10, 9]);
      assert.deepEqual([isIncomplete, hasGap], [true, false]);
    });

    test(`${name} behind a gap is not needed yet`, () => {
      const { isIncomplete, hasGap } = takeReady(pendingOf(create(9)), 7);
      assert.deepEqual([isIncomplete, hasGap], [false, true]);
    });
  }

  test("leave the given events as they are", () => {
    const pending = votes(8, 9);
    takeReady(pending, 7);
    assert.deepEqual([...pending.keys()], [8, 9]);
  });
});

describe("a fetched state", () => {
  test("includes the events up to its version", () => {
    const rest = withoutIncluded(votes(8, 9, 10), 9, votes());
    assert.deepEqual([...rest.keys()], [10]);
  });

  test("settles the events that were pending when it was requested", () => {
    const rest = withoutIncluded(votes(50, 51), 8, votes(50));
    assert.deepEqual([...rest.keys()], [51]);
  });
});
