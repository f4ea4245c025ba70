import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createConnection } from "../../static/room/sync/connection.js";
import { createClock } from "./clock.js";

/** @import {Connection, Obstacle} from "../../static/room/state.js" */

/** @type {Obstacle} */
const NO_ANSWER = { kind: "unreachable", status: 0, message: "No answer." };
/** @type {Obstacle} */
const SIGN_IN = { kind: "sign-in", status: 0, message: "Sign in." };
/** @type {Obstacle} */
const FIREWALL = { kind: "foreign", status: 403, message: "Something answers." };

function aConnection() {
  const clock = createClock();
  const browser = { hasNetwork: true };
  /** @type {Connection[]} */
  const changes = [];
  /** @type {(Obstacle | null)[]} */
  const obstacles = [];
  const connection = createConnection({
    hasNetwork: () => browser.hasNetwork,
    clock,
    onChange(next) {
      changes.push(next.connection);
      obstacles.push(next.obstacle);
    },
  });
  return { browser, changes, clock, connection, obstacles };
}

function aLiveConnection() {
  const parts = aConnection();
  parts.connection.connecting();
  parts.connection.subscribed();
  parts.changes.length = 0;
  parts.obstacles.length = 0;
  return parts;
}

describe("the first attempt to connect", () => {
  test("is reconnecting for 2 s, then slow", async () => {
    const { changes, clock, connection } = aConnection();
    connection.connecting();
    await clock.pass(1999);
    assert.deepEqual(changes, []);
    await clock.pass(1);
    assert.deepEqual(changes, ["slow"]);
  });

  test("is live once subscribed, and stays so", async () => {
    const { changes, clock, connection } = aConnection();
    connection.connecting();
    assert.equal(connection.isLive(), false);
    connection.subscribed();
    assert.equal(connection.isLive(), true);
    await clock.pass(60_000);
    assert.deepEqual(changes, ["live"]);
  });
});

describe("a disconnect", () => {
  test("is reconnecting for 3 s, then slow", async () => {
    const { changes, clock, connection } = aLiveConnection();
    connection.disconnected();
    assert.equal(connection.isLive(), false);
    await clock.pass(2999);
    assert.deepEqual(changes, ["reconnecting"]);
    await clock.pass(1);
    assert.deepEqual(changes, ["reconnecting", "slow"]);
  });

  test("starts its grace period anew each time", async () => {
    const { changes, clock, connection } = aLiveConnection();
    connection.disconnected();
    await clock.pass(2000);
    connection.subscribed();
    connection.disconnected();
    await clock.pass(2999);
    assert.deepEqual(changes, ["reconnecting", "live", "reconnecting"]);
  });

  test("lasts as long if the machine's clock is set back meanwhile", async () => {
    const { changes, clock, connection } = aLiveConnection();
    connection.disconnected();
    clock.sleep(-900_000);
    await clock.pass(903_000);
    assert.equal(changes.at(-1), "slow");
  });
});

describe("the server", () => {
  test("is offline while it does not answer, and slow when it does again", async () => {
    const { changes, clock, connection } = aConnection();
    connection.connecting();
    await clock.pass(2000);
    connection.failed(NO_ANSWER);
    assert.equal(connection.isReachable(), false);
    connection.failed(NO_ANSWER);
    connection.answered();
    assert.equal(connection.isReachable(), true);
    assert.deepEqual(changes, ["slow", "offline", "slow"]);
  });

  test("is offline in a grace period, too", () => {
    const { changes, connection } = aConnection();
    connection.connecting();
    connection.failed(NO_ANSWER);
    assert.deepEqual(changes, ["offline"]);
  });

  test("is offline for what is in its way, which is named", () => {
    const { changes, connection, obstacles } = aLiveConnection();
    connection.failed(SIGN_IN);
    connection.failed(SIGN_IN);
    connection.failed(FIREWALL);
    connection.answered();
    assert.deepEqual(changes, ["offline", "offline", "live"]);
    assert.deepEqual(obstacles, [SIGN_IN, FIREWALL, null]);
  });

  test("is offline if it does not answer twice, even while events arrive", () => {
    const { changes, connection, obstacles } = aLiveConnection();
    connection.failed(NO_ANSWER);
    connection.failed(NO_ANSWER);
    connection.answered();
    assert.deepEqual(changes, ["offline", "live"]);
    assert.deepEqual(obstacles, [NO_ANSWER, null]);
  });

  test("may miss an answer while events arrive", () => {
    const { changes, connection } = aLiveConnection();
    connection.failed(NO_ANSWER);
    assert.deepEqual(changes, []);
    connection.disconnected();
    assert.deepEqual(changes, ["offline"]);
  });
});

describe("the browser's network", () => {
  test("overrides a live connection, until a request shows that it is back", () => {
    const { browser, changes, connection } = aLiveConnection();
    browser.hasNetwork = false;
    connection.networkChanged();
    assert.deepEqual(changes, ["offline"]);
    browser.hasNetwork = true;
    connection.answered();
    assert.deepEqual(changes, ["offline", "live"]);
  });
});
