/**
 * A fake server: one room, its state, votes with keys, and a network that fails or delays
 * answers when a test says so.
 *
 * @import {PokerEvent, Room} from "../../static/room/state.js"
 *
 * @typedef {{ method: string, path: string, headers: Headers,
 *   fields: URLSearchParams, keepalive: boolean }} Request
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { reduce } from "../../static/room/reducer.js";
import { aRoom, aVote } from "./rooms.js";

const COMMANDS = JSON.parse(
  readFileSync(new URL("../contract/commands.json", import.meta.url), "utf8"),
);
const SESSION = "/s/abcdefgh12345678/";

/** What the server writes into the page. */
export const CONFIG = {
  contract: 2,
  urls: {
    home: "/",
    room: SESSION,
    state: `${SESSION}state/`,
    presence: `${SESSION}presence/`,
    report: `${SESSION}report/`,
    qr: `${SESSION}invite.svg`,
    task: `${SESSION}tasks/{taskId}/`,
  },
  inviteUrl: `https://poker.example${SESSION}`,
  commands: /** @type {Record<string, string>} */ (COMMANDS),
  refusalCodes: [
    "database-busy",
    "invalid-input",
    "limit",
    "may-not",
    "no-session",
    "not-a-member",
    "out-of-date",
    "removed",
    "round-closed",
    "session-ended",
  ],
  csrfCookie: "csrf-of-this-instance",
};

const CLOSED = { error: "That round is over.", code: "round-closed" };

/** @param {Room} [initial] */
export function createServer(initial = aRoom()) {
  /** Answers that are held back. */
  /** @type {(() => void)[]} */
  const onTheirWay = [];
  /** @type {Map<string, number>} */
  const counts = new Map();

  const server = {
    room: initial,
    /** @type {Request[]} */
    requests: [],
    /** @type {(event: PokerEvent) => void} */
    publish: () => {},
    isDown: false,
    isHolding: false,
    /** @type {{ status: number, body: unknown, headers?: Record<string, string> } | null} */
    refusal: null,

    /** The refusal of votes alone. @type {{ status: number, body: unknown } | null} */
    refuseVotes: null,

    etag: () => `W/"${server.room.version}"`,

    /**
     * Something between the page and the server that may answer in its place.
     *
     * @type {((request: Request) => Response | null) | null}
     */
    inTheWay: null,

    /** How often the state was requested. */
    stateRequests: () => server.requests.filter(({ path }) => path === "state/").length,

    /** How pages said they are. */
    heartbeats: () =>
      server.requests
        .filter(({ path }) => path === "presence/")
        .map(({ fields }) => fields.get("state")),

    /**
     * Applies an event and publishes it.
     *
     * @param {PokerEvent} event
     */
    happens(event) {
      server.room = reduce(server.room, [event]);
      server.publish(event);
    },

    /**
     * The viewer votes, in any tab.
     *
     * @param {string} card
     * @returns {boolean} whether voting is open
     */
    votes(card) {
      const { me, rounds, version } = server.room;
      if (rounds[0]?.status !== "voting") return false;
      const votes = /** @type {Record<string, string>} */ (card ? { first: card } : {});
      server.room = { ...server.room, me: { ...me, votes } };
      server.happens(aVote(version + 1, me.userId, card !== ""));
      return true;
    },

    /**
     * Delivers a held answer: the oldest one, or one that overtakes it.
     *
     * @param {number} [which]
     */
    release(which = 0) {
      const [arrive] = onTheirWay.splice(which % (onTheirWay.length || 1), 1);
      arrive?.();
    },

    /**
     * @param {RequestInfo | URL} url
     * @param {RequestInit} [init]
     */
    async fetch(url, init = {}) {
      assert.equal(init.redirect, "manual");
      const path = String(url).replace(SESSION, "");
      const fields = /** @type {URLSearchParams} */ (
        init.body ?? new URLSearchParams()
      );
      const headers = new Headers(init.headers);
      const { method = "GET", keepalive = false } = init;
      const request = { method, path, headers, fields, keepalive };
      server.requests.push(request);
      if (server.isDown) throw new TypeError("Failed to fetch");
      const response = server.inTheWay?.(request) ?? answerTo(request);
      if (server.isHolding) {
        await new Promise((resolve) => onTheirWay.push(() => resolve(null)));
      }
      if (server.isDown) throw new TypeError("Failed to fetch");
      return response;
    },
  };

  /** @param {Request} request */
  function answerTo({ method, path, headers, fields }) {
    if (server.refusal) {
      const { body, ...init } = server.refusal;
      return Response.json(body, init);
    }
    if (path.startsWith("tasks/") && method === "GET") {
      const task = server.room.tasks.find(({ taskId }) => path.endsWith(`/${taskId}/`));
      return Response.json({ ...task, description: "All of it", rounds: [] });
    }
    if (method === "GET") {
      const etag = server.etag();
      return headers.get("If-None-Match") === etag
        ? new Response(null, { status: 304 })
        : Response.json(server.room, { headers: { ETag: etag } });
    }
    if (path === "presence/") {
      return new Response(null, { status: 204, headers: { ETag: server.etag() } });
    }
    if (path.endsWith("/vote/")) {
      const { refuseVotes } = server;
      if (refuseVotes) return Response.json(refuseVotes.body, refuseVotes);
      if (!takeVote(fields)) return Response.json(CLOSED, { status: 409 });
    }
    return new Response(null, { status: 204 });
  }

  /**
   * @param {URLSearchParams} fields
   * @returns {boolean} whether it is, or was, taken
   */
  function takeVote(fields) {
    const [tab, count] = (fields.get("key") ?? "").split(":");
    if (Number(count) <= (counts.get(tab) ?? 0)) return true;
    if (fields.get("round") !== String(server.room.rounds[0]?.number)) return false;
    if (!server.votes(fields.get("card") ?? "")) return false;
    counts.set(tab, Number(count));
    return true;
  }

  return server;
}
