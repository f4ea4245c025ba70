import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { matchCard } from "../../static/room/keys.js";

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
