/**
 * A fake server: one room, its state, votes with keys, and a network that fails or delays
 * answers when a test says so.
 *
 * @import {PokerEvent, Room} from "../../static/room/state.js"
 *
 * @typedef {{ method: string, path: string, headers: Headers,
 *   fields: URLSearchParams, keepalive: boolean }} Request
 */

import { reduce } from "../../static/room/reducer.js";
import { aRoom, aVote } from "./rooms.js";

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

    /** How often the state was requested. */
    stateRequests: () =>
      server.requests.filter(({ path }) => path.startsWith("state/")).length,

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
      const { me, round, version } = server.room;
      if (round?.status !== "voting") return false;
      server.room = { ...server.room, me: { ...me, vote: card || null } };
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
      const path = String(url).replace(`/s/${server.room.session.id}/`, "");
      const fields = /** @type {URLSearchParams} */ (
        init.body ?? new URLSearchParams()
      );
      const headers = new Headers(init.headers);
      const { method = "GET", keepalive = false } = init;
      const request = { method, path, headers, fields, keepalive };
      server.requests.push(request);
      if (server.isDown) throw new TypeError("Failed to fetch");
      const response = answerTo(request);
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
    if (method === "GET") {
      const etag = server.etag();
      return headers.get("If-None-Match") === etag
        ? new Response(null, { status: 304 })
        : Response.json(server.room, { headers: { ETag: etag } });
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
    if (fields.get("round") !== String(server.room.round?.number)) return false;
    if (!server.votes(fields.get("card") ?? "")) return false;
    counts.set(tab, Number(count));
    return true;
  }

  return server;
}
