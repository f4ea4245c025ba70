/** A page tells how it is, and learns from the answer what it missed. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settled } from "./clock.js";
import { openLivePage, openPage } from "./page.js";
import { aVote } from "./rooms.js";

/** @param {Awaited<ReturnType<typeof openLivePage>>} page @param {boolean} hidden */
function hide({ browser }, hidden) {
  browser.document.hidden = hidden;
  browser.document.dispatchEvent(new Event("visibilitychange"));
}

/**
 * The server's state changes, and no event arrives.
 *
 * @param {Awaited<ReturnType<typeof openLivePage>>} page
 * @param {string} etag
 */
function changeTo({ server }, etag) {
  server.etag = () => etag;
}

describe("a page tells how it is", () => {
  test("when it opens and when it is live, with its name", async () => {
    const page = openPage();
    await settled();
    page.realtime.onSubscribed();
    assert.deepEqual(page.server.heartbeats(), ["slow", "live"]);
    const [{ method, path, fields, headers }] = page.server.requests;
    assert.deepEqual([method, path, fields.get("tab")], ["POST", "presence/", "tab"]);
    assert.equal(headers.get("X-CSRFToken"), "token");
  });

  test("when it loses its connection for good, and has it again", async () => {
    const page = await openLivePage();
    page.realtime.onDisconnected();
    await page.clock.pass(2999);
    assert.deepEqual(page.server.heartbeats(), []);
    await page.clock.pass(1);
    page.realtime.onSubscribed();
    assert.deepEqual(page.server.heartbeats(), ["slow", "live"]);
  });

  test("every 30 s, counted from the last time", async () => {
    const page = await openLivePage();
    await page.clock.pass(28_999);
    assert.deepEqual(page.server.heartbeats(), []);
    await page.clock.pass(60_001);
    assert.deepEqual(page.server.heartbeats(), ["live", "live", "live"]);
    hide(page, true);
    await page.clock.pass(5000);
    await page.clock.pass(29_999);
    assert.equal(page.server.heartbeats().length, 4);
    await page.clock.pass(1);
    assert.deepEqual(page.server.heartbeats().slice(3), ["hidden", "hidden"]);
  });

  test("every 30 s without a live connection, too", async () => {
    const page = openPage();
    await page.clock.pass(90_000);
    assert.deepEqual(page.server.heartbeats(), Array(4).fill("slow"));
  });

  test("hidden for 5 s it is hidden, and shown it is so at once", async () => {
    const page = await openLivePage();
    hide(page, true);
    await page.clock.pass(4999);
    assert.equal(page.server.requests.length, 0);
    await page.clock.pass(1);
    hide(page, false);
    assert.deepEqual(page.server.heartbeats(), ["hidden", "live"]);
  });

  test("opened in another tab, it is hidden after 5 s, too", async () => {
    const page = openPage(undefined, undefined, { isHidden: true });
    await page.clock.pass(5000);
    assert.deepEqual(page.server.heartbeats(), ["slow", "hidden"]);
  });

  test("being hidden for a moment is not told", async () => {
    const page = await openLivePage();
    hide(page, true);
    await page.clock.pass(4000);
    hide(page, false);
    await page.clock.pass(10_000);
    assert.equal(page.server.requests.length, 0);
  });

  test("when it closes, and again if it is restored", async () => {
    const page = await openLivePage();
    page.browser.dispatchEvent(new Event("pagehide"));
    const [{ path, fields, keepalive }] = page.server.requests;
    assert.equal(path, "presence/");
    assert.deepEqual(Object.fromEntries(fields), { tab: "tab", state: "closed" });
    assert.equal(keepalive, true, "else it would end with the page");
    page.browser.dispatchEvent(
      Object.assign(new Event("pageshow"), { persisted: true }),
    );
    await page.clock.pass(0);
    assert.deepEqual(page.server.heartbeats(), ["closed", "live"]);
    assert.equal(page.server.stateRequests(), 1);
  });

  test("never again once it has stopped", async () => {
    const page = await openLivePage();
    page.sync.stop();
    hide(page, true);
    page.browser.dispatchEvent(new Event("pagehide"));
    await page.clock.pass(120_000);
    assert.deepEqual(page.server.requests, []);
  });
});

describe("the answer", () => {
  test("with the page's own ETag makes it fetch nothing", async () => {
    const page = await openLivePage();
    await page.clock.pass(120_000);
    assert.equal(page.server.stateRequests(), 0);
  });

  test("with another ETag makes it fetch the state once", async () => {
    const page = await openLivePage();
    changeTo(page, 'W/"7-somebody-else-is-here"');
    await page.clock.pass(120_000);
    assert.equal(page.server.stateRequests(), 1);
  });

  test("without an ETag, as some proxies leave it, makes it fetch", async () => {
    const page = await openLivePage();
    page.server.inTheWay = ({ path }) =>
      path === "presence/" ? new Response(null, { status: 204 }) : null;
    await page.clock.pass(29_000);
    assert.equal(page.server.stateRequests(), 1);
  });

  test("heals a lost event within 30 s", async () => {
    const page = await openLivePage();
    page.server.publish = () => {};
    page.server.happens(aVote(8, "jonas"));
    await page.clock.pass(29_000);
    assert.deepEqual(page.room(), page.server.room);
  });

  test("heals a lost event about presence, whatever came before", async () => {
    const page = await openLivePage();
    const [, jonas] = page.room().members;
    const data = { ...jonas, sessionId: "s", isAway: true, at: 5000 };
    page.realtime.onEvent({ type: "presence", data });
    assert.equal(page.room().members[1].isAway, true);
    // They are back, so that the server's state has the ETag that this page began with.
    page.server.room = {
      ...page.server.room,
      members: page
        .room()
        .members.map((member) =>
          member.userId === "jonas" ? { ...jonas, at: 6000 } : member,
        ),
    };
    await page.clock.pass(29_000);
    assert.deepEqual(page.room(), page.server.room);
  });

  test("that is late does not undo newer events about presence", async () => {
    const page = await openLivePage();
    const [, jonas] = page.room().members;
    changeTo(page, 'W/"another"');
    page.server.isHolding = true;
    page.sync.refresh();
    await settled();
    const data = { ...jonas, sessionId: "s", isAway: true, at: 5000 };
    page.realtime.onEvent({ type: "presence", data });
    page.server.isHolding = false;
    page.server.release();
    await settled();
    assert.equal(page.room().members[1].isAway, true);
    page.sync.refresh();
    await settled();
    const last = page.server.requests.at(-1);
    assert.equal(last?.headers.get("If-None-Match"), null, "it is no such state");
  });

  test("that does not come is no end of a live connection, but is looked into", async () => {
    const page = await openLivePage();
    page.server.isDown = true;
    await page.clock.pass(29_000);
    assert.equal(page.ui().connection, "live");
    await page.clock.pass(3000);
    assert.equal(page.ui().connection, "offline");
    page.server.isDown = false;
    await page.clock.pass(3000);
    assert.equal(page.ui().connection, "live");
  });

  test("that one is no member any more ends the room", async () => {
    const page = await openLivePage();
    const body = { error: "You are not in this session.", code: "not-a-member" };
    page.server.refusal = { status: 403, body };
    await page.clock.pass(29_000);
    assert.deepEqual(page.ui().departed, { code: body.code, message: body.error });
  });
});
