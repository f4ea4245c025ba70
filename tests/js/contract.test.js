/**
 * The server's actions and the browser's reducer agree (tests/contract/test_contract.py
 * plays the actions and writes the files).
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { handlers, reduce } from "../../static/room/reducer.js";

/** @param {string} name */
const contract = (name) =>
  JSON.parse(readFileSync(new URL(`../contract/${name}`, import.meta.url), "utf8"));

/**
 * Without what no event carries: the time, who is online, and one's own card.
 *
 * @param {any} state
 */
function carried({ serverTime, me: { vote, ...me }, members, ...state }) {
  return {
    ...state,
    me,
    members: members.map((/** @type {any} */ { isOnline, ...member }) => member),
  };
}

describe("every action leads to the state that the server has", () => {
  const triples = contract("triples.json");

  test("there are some", () => assert.ok(triples.length > 0));

  for (const { name, viewer, before, events, after } of triples) {
    test(`${name}, as ${viewer} sees it`, () => {
      assert.deepEqual(carried(reduce(before, events)), carried(after));
    });
  }
});

describe("every event of the server has a handler", () => {
  for (const type of contract("events.json")) {
    test(type, () => assert.ok(Object.hasOwn(handlers, type)));
  }
});
