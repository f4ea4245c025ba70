/**
 * The session's addresses and how they are spoken to. Nothing else knows a URL.
 *
 * Each call ends as the server's yes, as a `Refusal` (the server said no, and why) or as
 * a `NetworkFailure` (nobody knows whether it has happened).
 *
 * @import {Room} from "./state.js"
 *
 * @typedef {ReturnType<typeof createApi>} Api
 * @typedef {Record<string, string | number | string[]>} Fields
 */

import { csrfHeader } from "../realtime/csrf.js";
import { retryAfterMs } from "../realtime/retry_after.js";

const PATIENCE_MS = 10_000;

export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {{ error?: string, code?: string, errors?: Record<string, string[]> }} body
   * @param {number} [retryAfterMs] how long the server asks to be left alone
   */
  constructor(status, { error, code, errors }, retryAfterMs = 0) {
    super(error ?? "The server refused this. Please try again.");
    this.name = "Refusal";
    this.status = status;
    this.code = code ?? "";
    this.errors = errors ?? {};
    this.retryAfterMs = retryAfterMs;
  }
}

export class NetworkFailure extends Error {
  /**
   * @param {unknown} [cause]
   * @param {number} [retryAfterMs] how long the server asks to be left alone
   */
  constructor(cause, retryAfterMs = 0) {
    super("The server cannot be reached.", { cause });
    this.name = "NetworkFailure";
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * @param {object} options
 * @param {string} options.sessionId
 * @param {typeof globalThis.fetch} [options.fetch]
 * @param {() => string} [options.cookies]
 */
export function createApi({
  sessionId,
  fetch = (...request) => globalThis.fetch(...request),
  cookies = () => document.cookie,
}) {
  const session = `/s/${sessionId}/`;

  /**
   * @param {string} path
   * @param {RequestInit} request
   */
  async function send(path, request) {
    const headers = { Accept: "application/json", ...request.headers };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(session + path, { ...request, headers, signal }).catch(
      (cause) => {
        throw new NetworkFailure(cause);
      },
    );
    if (response.ok || response.status === 304) return response;
    const pauseMs = retryAfterMs(response.headers, Date.now());
    // A server that is starting, or the proxy before it: the same may work in a moment.
    if (response.status >= 500) throw new NetworkFailure(response, pauseMs);
    const body = await response.json().catch(() => ({}));
    throw new Refusal(response.status, body, pauseMs);
  }

  /**
   * @param {string} path
   * @param {Fields} [fields]
   * @param {RequestInit} [options]
   */
  async function post(path, fields = {}, options = {}) {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) {
      for (const each of [value].flat()) body.append(name, String(each));
    }
    const headers = csrfHeader(cookies());
    await send(path, { ...options, method: "POST", headers, body });
  }

  return {
    /**
     * The room as it is now, or null when it still is what `etag` names.
     *
     * @param {object} options
     * @param {string} options.etag
     * @param {string} options.tab the name of this page among its member's
     * @param {"live" | "slow" | "hidden"} options.seen with or without a live
     *   connection, or out of sight: how the server knows that its member is there
     * @returns {Promise<{ room: Room, etag: string } | null>}
     */
    async state({ etag, tab, seen }) {
      const headers = { "If-None-Match": etag };
      const response = await send(`state/?tab=${tab}&seen=${seen}`, { headers });
      if (response.status === 304) return null;
      const room = await response.json().catch((cause) => {
        throw new NetworkFailure(cause);
      });
      return { room, etag: response.headers.get("ETag") ?? "" };
    },

    /**
     * It outlives the page, which may be about to close.
     *
     * @param {string} tab
     * @param {"online" | "away" | "offline"} presence
     */
    presence: (tab, presence) =>
      post("presence/", { tab, presence }, { keepalive: true }),

    /**
     * @param {string} taskId
     * @param {{ card: string, round: number, key: string }} vote
     */
    vote: (taskId, vote) => post(`tasks/${taskId}/vote/`, vote),

    /** @param {string} taskId @param {number} round */
    reveal: (taskId, round) => post(`tasks/${taskId}/reveal/`, { round }),

    /** @param {string} taskId @param {number} round */
    revote: (taskId, round) => post(`tasks/${taskId}/revote/`, { round }),

    /** @param {string} taskId @param {number} round @param {string} points */
    finalize: (taskId, round, points) =>
      post(`tasks/${taskId}/finalize/`, { round, story_points: points }),

    /** @param {string} taskId */
    start: (taskId) => post(`tasks/${taskId}/start/`),

    /** @param {string} taskId */
    skip: (taskId) => post(`tasks/${taskId}/skip/`),

    /** @param {string} title */
    quickVote: (title) => post("quick-vote/", { title }),

    /** @param {Fields} fields title, description, link */
    addTask: (fields) => post("tasks/", fields),

    /** @param {string} taskId @param {Fields} fields only what changes */
    editTask: (taskId, fields) => post(`tasks/${taskId}/edit/`, fields),

    /** @param {string} taskId */
    deleteTask: (taskId) => post(`tasks/${taskId}/delete/`),

    /** @param {string[]} taskIds all of them */
    orderTasks: (taskIds) => post("tasks/order/", { task_ids: taskIds }),

    /** @param {string} userId @param {string} name */
    rename: (userId, name) => post(`members/${userId}/rename/`, { display_name: name }),

    /** @param {string} userId @param {string} role */
    setRole: (userId, role) => post(`members/${userId}/role/`, { role }),

    /** @param {string} userId */
    promote: (userId) => post(`members/${userId}/promote/`),

    /** @param {string} userId */
    demote: (userId) => post(`members/${userId}/demote/`),

    /** @param {string} userId */
    remove: (userId) => post(`members/${userId}/remove/`),

    leave: () => post("leave/"),
    end: () => post("end/"),
    reopen: () => post("reopen/"),

    /** @param {Fields} fields only what changes */
    updateSettings: (fields) => post("settings/", fields),
  };
}
