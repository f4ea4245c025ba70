import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createConnection } from "../../static/room/sync/connection.js";
import { createClock } from "./clock.js";

/** @import {Connection} from "../../static/room/state.js" */

function aConnection() {
  const clock = createClock();
  const browser = { hasNetwork: true };
  /** @type {Connection[]} */
  const changes = [];
  const connection = createConnection({
    hasNetwork: () => browser.hasNetwork,
    clock,
    onChange: (next) => void changes.push(next),
  });
  return { browser, changes, clock, connection };
}

function aLiveConnection() {
  const parts = aConnection();
  parts.connection.connecting();
  parts.connection.subscribed();
  parts.changes.length = 0;
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
    connection.requested(false);
    assert.equal(connection.isReachable(), false);
    connection.requested(false);
    connection.requested(true);
    assert.equal(connection.isReachable(), true);
    assert.deepEqual(changes, ["slow", "offline", "slow"]);
  });

  test("is offline in a grace period, too", () => {
    const { changes, connection } = aConnection();
    connection.connecting();
    connection.requested(false);
    assert.deepEqual(changes, ["offline"]);
  });

  test("may miss an answer while events arrive", () => {
    const { changes, connection } = aLiveConnection();
    connection.requested(false);
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
    connection.requested(true);
    assert.deepEqual(changes, ["offline", "live"]);
  });
});
