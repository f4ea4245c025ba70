/**
 * What stands between the page and the server may answer in its place. Nothing but an
 * answer of this server is a yes or a no; every other one has a name, and is got over.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NetworkFailure, Refusal } from "../../static/room/answers.js";
import { createApi } from "../../static/room/api.js";
import { createClock, settled } from "./clock.js";
import { openLivePage } from "./page.js";
import { anEvent, aRound, aVote } from "./rooms.js";
import { CONFIG, createServer } from "./server.js";

const HTML = { headers: { "Content-Type": "text/html" } };
const PAGE = "<!doctype html><title>Sign in</title>";

/** What `fetch` gives for a redirect that it does not follow. */
function aRedirect() {
  const response = new Response(null);
  Object.defineProperty(response, "type", { value: "opaqueredirect" });
  Object.defineProperty(response, "status", { value: 0 });
  Object.defineProperty(response, "ok", { value: false });
  return response;
}

/** Answers of others, and what the page calls them. */
const OTHERS = {
  "a redirect to a sign-in page": [aRedirect, "sign-in", 0],
  "a proxy that wants a sign-in": [
    () => new Response(PAGE, { status: 401, ...HTML }),
    "sign-in",
    401,
  ],
  "a sign-in page": [() => new Response(PAGE, HTML), "foreign", 200],
  "a firewall's page": [
    () => new Response(PAGE, { status: 403, ...HTML }),
    "foreign",
    403,
  ],
  "a firewall's JSON": [
    () => Response.json({ error: "Blocked.", code: "waf" }, { status: 403 }),
    "foreign",
    403,
  ],
  "a firewall's JSON with a code of ours but no sentence": [
    () => Response.json({ code: "not-a-member" }, { status: 403 }),
    "foreign",
    403,
  ],
  "a proxy without a route": [
    () => new Response("404 page not found", { status: 404 }),
    "foreign",
    404,
  ],
  "a proxy without a server": [
    () => new Response(PAGE, { status: 502, ...HTML }),
    "foreign",
    502,
  ],
  "JSON of others": [() => Response.json({ status: "ok", version: 9 }), "foreign", 200],
  "a list of others": [() => Response.json([1, 2]), "foreign", 200],
  "JSON null": [() => Response.json(null), "foreign", 200],
  "nothing, with 200": [() => new Response(""), "foreign", 200],
};

/** @param {() => Promise<Response>} fetch */
function anApi(fetch, clock = createClock()) {
  return createApi({ config: CONFIG, fetch, cookies: () => "", clock });
}

/**
 * Each request of the API, by its name.
 *
 * @param {ReturnType<typeof anApi>} api
 */
const requests = (api) => ({
  state: () => api.state('W/"7"'),
  task: () => api.task("first"),
  presence: () => api.presence("tab", "live"),
  command: () => api.run("reveal", { taskId: "first" }, { round: 1 }),
});

/**
 * @param {() => Promise<unknown>} request
 * @returns {Promise<any>}
 */
const failureOf = (request) =>
  request().then(
    () => assert.fail(),
    (error) => error,
  );

for (const kind of /** @type {const} */ (["state", "task", "presence", "command"])) {
  describe(`for a ${kind}`, () => {
    for (const [name, [answer, obstacle, status]] of Object.entries(OTHERS)) {
      test(`${name} is no answer`, async () => {
        const api = anApi(async () => /** @type {() => Response} */ (answer)());
        const failure = await failureOf(requests(api)[kind]);
        assert.ok(failure instanceof NetworkFailure);
        assert.equal(failure.obstacle.kind, obstacle);
        assert.equal(failure.obstacle.status, status);
        assert.match(failure.message, /^(The server cannot be reached|Something in)/);
      });
    }

    test("a refusal of ours is one", async () => {
      const errors = { title: ["Too long."] };
      const body = { error: "Too long.", code: "invalid-input", params: {}, errors };
      const api = anApi(async () => Response.json(body, { status: 422 }));
      const refusal = await failureOf(requests(api)[kind]);
      assert.ok(refusal instanceof Refusal);
      const { status, code, message } = refusal;
      assert.deepEqual(
        [status, code, message, refusal.errors],
        [422, "invalid-input", "Too long.", errors],
      );
    });

    test("that the server is busy is no refusal, and its words are kept", async () => {
      const body = { error: "Very busy.", code: "database-busy", params: {} };
      const headers = { "Retry-After": "2" };
      const api = anApi(async () => Response.json(body, { status: 503, headers }));
      const failure = await failureOf(requests(api)[kind]);
      assert.ok(failure instanceof NetworkFailure);
      assert.deepEqual(failure.obstacle, {
        kind: "busy",
        status: 503,
        message: "Very busy.",
      });
      assert.equal(failure.retryAfterMs, 2000);
    });

    test("no network is no answer", async () => {
      const api = anApi(() => Promise.reject(new TypeError("Failed to fetch")));
      const failure = await failureOf(requests(api)[kind]);
      assert.equal(failure.obstacle.kind, "unreachable");
    });

    test("an answer that breaks off is none", async () => {
      const body = new ReadableStream({
        pull(stream) {
          stream.error(new TypeError("network error"));
        },
      });
      const api = anApi(async () => new Response(body));
      const failure = await failureOf(requests(api)[kind]);
      assert.equal(failure.obstacle.kind, "unreachable");
    });

    test("the server has ten seconds", async () => {
      const clock = createClock();
      const api = createApi({
        config: CONFIG,
        cookies: () => "",
        clock,
        fetch: (_, init) =>
          new Promise((_resolve, reject) => {
            init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
          }),
      });
      /** @type {any[]} */
      const failures = [];
      failureOf(requests(api)[kind]).then((error) => failures.push(error));
      await clock.pass(9999);
      assert.equal(failures.length, 0);
      await clock.pass(1);
      assert.equal(failures[0]?.obstacle.kind, "unreachable");
    });
  });
}

describe("what counts as a yes", () => {
  test("204 for a command and a heartbeat, and no 200", async () => {
    const api = anApi(
      async () => new Response(null, { status: 204, headers: { ETag: "W/1" } }),
    );
    assert.equal(await requests(api).command(), undefined);
    assert.equal(await requests(api).presence(), "W/1");
  });

  test("a state with 200, and no 204", async () => {
    const { room } = createServer();
    const headers = { ETag: 'W/"8"' };
    const api = anApi(async () => Response.json(room, { headers }));
    assert.deepEqual(await requests(api).state(), { room, etag: 'W/"8"' });
    const empty = anApi(async () => new Response(null, { status: 204 }));
    const failure = await failureOf(requests(empty).state);
    assert.equal(failure.obstacle.kind, "foreign");
  });

  test("304 only for a request that sent an ETag", async () => {
    const api = anApi(async () => new Response(null, { status: 304 }));
    assert.equal(await api.state('W/"7"'), null);
    const failure = await failureOf(() => api.state(""));
    assert.equal(failure.obstacle.kind, "foreign");
    assert.equal((await failureOf(requests(api).command)).obstacle.kind, "foreign");
  });

  test("only the task that was asked for", async () => {
    const api = anApi(async () => Response.json({ taskId: "other", title: "" }));
    assert.equal((await failureOf(requests(api).task)).obstacle.kind, "foreign");
  });
});

describe("whatever comes between during a round", () => {
  for (const [name, [answer, obstacle]] of Object.entries(OTHERS)) {
    test(`${name}: no vote is shown as saved that is not, and none is lost`, async () => {
      const page = await openLivePage();
      await page.actions.vote("3");
      page.server.inTheWay = /** @type {() => Response} */ (answer);
      await page.actions.vote("8");
      assert.deepEqual([page.ui().vote?.card, page.ui().vote?.status], ["8", "failed"]);
      assert.match(page.ui().vote?.message ?? "", /kept, and sent again/);
      for (let minute = 0; minute < 3; minute += 1) {
        await page.clock.pass(60_000);
        assert.equal(page.ui().connection, "offline");
        assert.equal(page.ui().obstacle?.kind, obstacle);
        assert.equal(page.ui().vote?.status, "failed");
        assert.equal(page.server.room.me.votes.first, "3");
      }
      page.server.inTheWay = null;
      await page.clock.pass(3000);
      assert.equal(page.server.room.me.votes.first, "8");
      assert.deepEqual(page.ui().vote, { card: "8", status: "saved", message: "" });
      assert.deepEqual(page.room(), page.server.room);
      assert.deepEqual([page.ui().connection, page.ui().obstacle], ["live", null]);
      assert.equal(page.ui().departed, null);
    });
  }

  test("what blocks votes alone is shown without a flicker", async () => {
    const page = await openLivePage();
    page.server.inTheWay = ({ path }) =>
      path.endsWith("/vote/") ? new Response(PAGE, { status: 403 }) : null;
    await page.actions.vote("8");
    const shown = new Set();
    page.subscribe(({ ui }) => {
      shown.add(`${ui.connection} ${ui.obstacle?.status}`);
    });
    await page.clock.pass(60_000);
    assert.deepEqual([...shown], ["offline 403"]);
    page.server.inTheWay = null;
    await page.clock.pass(3000);
    assert.equal(page.server.room.me.votes.first, "8");
    assert.equal(page.ui().connection, "live");
  });

  test("the line of state names what is in the way now", async () => {
    const page = await openLivePage();
    page.server.isDown = true;
    await page.actions.vote("8");
    await page.clock.pass(10_000);
    assert.equal(page.ui().obstacle?.kind, "unreachable");
    page.server.isDown = false;
    page.server.inTheWay = ({ path }) =>
      path.endsWith("/vote/") ? new Response(PAGE, { status: 403 }) : null;
    await page.clock.pass(3000);
    assert.equal(page.ui().obstacle?.status, 403);
  });

  test("a vote that the busy server did not take is sent again when it says", async () => {
    const page = await openLivePage();
    page.server.refuseVotes = {
      status: 503,
      body: { error: "Very busy.", code: "database-busy" },
    };
    await page.actions.vote("8");
    assert.match(page.ui().vote?.message ?? "", /^Very busy. Your vote is kept/);
    page.server.refuseVotes = null;
    await page.clock.pass(3000);
    assert.equal(page.server.room.me.votes.first, "8");
    assert.equal(page.ui().vote?.status, "saved");
  });

  test("a command that did not go through says so and what is in the way", async () => {
    const page = await openLivePage();
    page.server.inTheWay = aRedirect;
    const isAdded = await page.actions.submit("add-task", {}, { title: "Mine" });
    assert.equal(isAdded, false);
    assert.match(page.ui().notice?.text ?? "", /did not go through.*sign in/);
    assert.equal(page.ui().obstacle?.kind, "sign-in");
  });

  test("coming and going, whatever it is: the last card counts", async () => {
    const page = await openLivePage();
    const answers = Object.values(OTHERS).map(([answer]) => answer);
    const cards = ["1", "2", "3", "5", "8"];
    for (const [turn, answer] of answers.entries()) {
      page.server.inTheWay = /** @type {() => Response} */ (answer);
      await page.clock.pass(2000);
      await page.actions.vote(cards[turn % cards.length]);
      if (page.ui().vote?.status === "saved") assert.fail("It cannot be saved.");
      page.server.inTheWay = null;
      await page.clock.pass(turn % 2 ? 4000 : 3000);
      assert.equal(page.server.room.me.votes.first, cards[turn % cards.length]);
    }
    await page.clock.pass(3000);
    assert.equal(page.ui().vote?.status, "saved");
    assert.deepEqual(page.room(), page.server.room);
  });
});

describe("a card that was shown as saved", () => {
  test("does not go without a sentence", async () => {
    const page = await openLivePage();
    await page.actions.vote("5");
    page.server.votes("");
    await page.clock.pass(100);
    assert.equal(page.ui().vote, null);
    assert.match(page.ui().notice?.text ?? "", /card 5 is no longer there/);
  });

  test("does not become another one without a sentence", async () => {
    const page = await openLivePage();
    await page.actions.vote("5");
    page.server.votes("8");
    await page.clock.pass(100);
    assert.match(page.ui().notice?.text ?? "", /is now 8 instead of 5/);
  });

  test("goes with its round, which says enough", async () => {
    const page = await openLivePage();
    await page.actions.vote("5");
    page.server.publish = () => {};
    const round = aRound({ roundId: "round-2", number: 2 });
    page.server.happens(anEvent("voting-started", 9, { taskId: "first", round }));
    page.server.room = {
      ...page.server.room,
      me: { ...page.server.room.me, votes: {} },
    };
    page.sync.refresh();
    await settled();
    assert.equal(page.room().rounds[0].number, 2);
    assert.equal(page.ui().notice, null);
  });

  test("stays as it is, without a sentence, when the state is fetched", async () => {
    const page = await openLivePage();
    await page.actions.vote("5");
    page.server.happens(aVote(9, "jonas"));
    page.sync.refresh();
    await settled();
    assert.deepEqual([page.ui().vote?.card, page.ui().notice], ["5", null]);
  });
});
