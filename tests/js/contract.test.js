/**
 * The server's actions and the browser's reducer agree (tests/contract/test_contract.py
 * plays the actions and writes the files).
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { handlers, reduce } from "../../static/room/reducer.js";
import { lacksAbilities, lacksDetails } from "../../static/room/sync/healing.js";

/** @param {string} name */
const contract = (name) =>
  JSON.parse(readFileSync(new URL(`../contract/${name}`, import.meta.url), "utf8"));

/**
 * Without what no event carries: the time, presence as it is now, one's own cards, and
 * what the browser then fetches.
 *
 * @param {any} state
 * @param {{ hasDetails: boolean, hasAbilities: boolean }} known
 */
function carried(
  { serverTime, me: { votes, may, ...me }, members, current, ...state },
  { hasDetails, hasAbilities },
) {
  return {
    ...state,
    me,
    may: hasAbilities && may,
    current: hasDetails && current,
    members: members.map(
      (/** @type {any} */ { isOnline, isAway, at, ...member }) => member,
    ),
  };
}

describe("every action leads to the state that the server has", () => {
  const triples = contract("triples.json");

  test("there are some", () => assert.ok(triples.length > 0));

  for (const { name, viewer, before, events, after } of triples) {
    test(`${name}, as ${viewer} sees it`, () => {
      const room = reduce(before, events);
      const known = {
        hasDetails: !lacksDetails(room),
        hasAbilities: !lacksAbilities(before, room),
      };
      assert.deepEqual(carried(room, known), carried(after, known));
    });
  }
});

describe("every event of the server has a handler", () => {
  for (const type of contract("events.json")) {
    test(type, () => assert.ok(Object.hasOwn(handlers, type)));
  }
});
