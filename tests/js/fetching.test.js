import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { unreachable } from "../../static/room/answers.js";
import { createFetching, jitterMs } from "../../static/room/sync/fetching.js";
import { createClock, settled } from "./clock.js";

const INTERVAL_MS = 3000;

function aFetching() {
  const clock = createClock();
  const lifetime = new AbortController();
  /** @type {{ resolve: (answer: string) => void, reject: (error: Error) => void }[]} */
  const requests = [];
  /** @type {string[]} */
  const answers = [];
  /** @type {unknown[]} */
  const failures = [];
  const fetching = createFetching({
    request: () => new Promise((resolve, reject) => requests.push({ resolve, reject })),
    onAnswer: (/** @type {string} */ answer) => void answers.push(answer),
    onFailure: (error) => void failures.push(error),
    intervalMs: () => INTERVAL_MS,
    clock,
    signal: lifetime.signal,
  });
  return { answers, clock, failures, fetching, lifetime, requests };
}

describe("a single request at a time", () => {
  test("it is sent at once, and its answer handed on", async () => {
    const { answers, fetching, requests } = aFetching();
    fetching.now();
    assert.equal(requests.length, 1);
    requests[0].resolve("state");
    await settled();
    assert.deepEqual(answers, ["state"]);
  });

  test("asked for during a request, one more follows it", async () => {
    const { fetching, requests } = aFetching();
    fetching.now();
    fetching.now();
    fetching.now();
    assert.equal(requests.length, 1);
    requests[0].resolve("old");
    await settled();
    assert.equal(requests.length, 2);
    requests[1].resolve("new");
    await settled();
    assert.equal(requests.length, 2);
  });

  test("one that fails is followed by the next one, too", async () => {
    const { clock, failures, fetching, requests } = aFetching();
    const error = unreachable();
    fetching.now();
    fetching.now();
    requests[0].reject(error);
    await settled();
    assert.deepEqual(failures, [error]);
    assert.equal(requests.length, 2);
    requests[1].reject(error);
    await clock.pass(INTERVAL_MS);
    assert.equal(requests.length, 3);
  });
});

describe("the schedule", () => {
  test("the next request follows after the interval", async () => {
    const { clock, fetching, requests } = aFetching();
    fetching.now();
    requests[0].resolve("state");
    await clock.pass(INTERVAL_MS - 1);
    assert.equal(requests.length, 1);
    await clock.pass(1);
    assert.equal(requests.length, 2);
  });

  test("the earliest of several delays counts, for one request", async () => {
    const { clock, fetching, requests } = aFetching();
    fetching.within(500);
    fetching.within(200);
    fetching.within(900);
    await clock.pass(199);
    assert.equal(requests.length, 0);
    await clock.pass(1);
    assert.equal(requests.length, 1);
    await clock.pass(1000);
    requests[0].resolve("state");
    await settled();
    assert.equal(requests.length, 1);
  });

  test("a request at once replaces the scheduled one", async () => {
    const { clock, fetching, requests } = aFetching();
    fetching.within(500);
    fetching.now();
    await clock.pass(1000);
    requests[0].resolve("state");
    await clock.pass(INTERVAL_MS - 1);
    assert.equal(requests.length, 1);
    await clock.pass(1);
    assert.equal(requests.length, 2);
  });
});

describe("a pause", () => {
  test("stops everything, then one request is sent", async () => {
    const { clock, fetching, requests } = aFetching();
    fetching.pause(20_000);
    fetching.now();
    fetching.within(0);
    await clock.pass(19_999);
    assert.equal(requests.length, 0);
    await clock.pass(1);
    assert.equal(requests.length, 1);
  });

  test("that begins during a request stops the next one", async () => {
    const { clock, fetching, requests } = aFetching();
    fetching.now();
    fetching.pause(20_000);
    requests[0].reject(unreachable());
    await clock.pass(19_999);
    assert.equal(requests.length, 1);
    await clock.pass(1);
    assert.equal(requests.length, 2);
  });

  test("of no time is none", async () => {
    const { fetching, requests } = aFetching();
    fetching.pause(0);
    fetching.now();
    assert.equal(requests.length, 1);
  });
});

describe("once it is aborted", () => {
  test("nothing is sent", async () => {
    const { clock, fetching, lifetime, requests } = aFetching();
    fetching.within(500);
    lifetime.abort();
    fetching.now();
    fetching.within(0);
    await clock.pass(60_000);
    assert.equal(requests.length, 0);
  });

  test("an answer that is in flight is dropped", async () => {
    const { answers, clock, fetching, lifetime, requests } = aFetching();
    fetching.now();
    lifetime.abort();
    requests[0].resolve("state");
    await clock.pass(60_000);
    assert.deepEqual([answers, requests.length], [[], 1]);
  });

  test("a failure that is in flight is dropped", async () => {
    const { failures, fetching, lifetime, requests } = aFetching();
    fetching.now();
    lifetime.abort();
    requests[0].reject(unreachable());
    await settled();
    assert.deepEqual(failures, []);
  });

  test("a pause does not end in a request", async () => {
    const { clock, fetching, lifetime, requests } = aFetching();
    fetching.pause(20_000);
    lifetime.abort();
    await clock.pass(60_000);
    assert.equal(requests.length, 0);
  });
});

describe("the jitter", () => {
  test("grows with the members, up to a second", () => {
    const always = createClock(() => 0.5);
    assert.equal(jitterMs(2, always), 20);
    assert.equal(jitterMs(50, always), 500);
    assert.equal(jitterMs(1000, always), 500);
  });

  test("is random", () => {
    assert.equal(
      jitterMs(
        50,
        createClock(() => 0),
      ),
      0,
    );
    assert.equal(
      jitterMs(
        50,
        createClock(() => 0.9),
      ),
      900,
    );
  });
});
