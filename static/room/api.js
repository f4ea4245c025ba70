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

const PATIENCE_MS = 10_000;

export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {{ error?: string, code?: string, errors?: Record<string, string[]> }} body
   */
  constructor(status, { error, code, errors }) {
    super(error ?? "The server refused this. Please try again.");
    this.name = "Refusal";
    this.status = status;
    this.code = code ?? "";
    this.errors = errors ?? {};
  }
}

export class NetworkFailure extends Error {
  /** @param {unknown} [cause] */
  constructor(cause) {
    super("The server cannot be reached.", { cause });
    this.name = "NetworkFailure";
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
    // A server that is starting, or the proxy before it: the same may work in a moment.
    if (response.status >= 500) throw new NetworkFailure();
    throw new Refusal(response.status, await response.json().catch(() => ({})));
  }

  /**
   * @param {string} path
   * @param {Fields} [fields]
   */
  async function post(path, fields = {}) {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) {
      for (const each of [value].flat()) body.append(name, String(each));
    }
    await send(path, { method: "POST", headers: csrfHeader(cookies()), body });
  }

  return {
    /**
     * The room as it is now, or null when it still is what `etag` names.
     *
     * @param {{ etag: string, isSlow: boolean }} options isSlow: this page has no live
     *   connection by which the server could know that its member is there
     * @returns {Promise<{ room: Room, etag: string } | null>}
     */
    async state({ etag, isSlow }) {
      const headers = { "If-None-Match": etag };
      const response = await send(isSlow ? "state/?slow=1" : "state/", { headers });
      if (response.status === 304) return null;
      const room = await response.json().catch((cause) => {
        throw new NetworkFailure(cause);
      });
      return { room, etag: response.headers.get("ETag") ?? "" };
    },

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
