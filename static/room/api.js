/**
 * The session's HTTP API. Every URL comes from the page's configuration.
 *
 * Each call resolves, or rejects with a `Refusal` or a `NetworkFailure` (answers.js).
 *
 * @import {Clock} from "../realtime/clock.js"
 * @import {Config} from "./types.js"
 *
 * @typedef {ReturnType<typeof createApi>} Api
 * @typedef {{ taskId?: string, userId?: string }} Subject what a command is about
 * @typedef {Record<string, string | number>} Fields
 */

import { clock as systemClock } from "../realtime/clock.js";
import { csrfHeader } from "../realtime/csrf.js";
import { answerIn, done, stateOr304, unreachable, wholeTask } from "./answers.js";

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * @param {object} options
 * @param {Pick<Config, "urls" | "commands" | "refusalCodes" | "csrfCookie">} options.config
 * @param {typeof globalThis.fetch} [options.fetch]
 * @param {() => string} [options.cookies]
 * @param {Clock} [options.clock]
 */
export function createApi({
  config: { urls, commands, refusalCodes, csrfCookie },
  fetch = (...request) => globalThis.fetch(...request),
  cookies = () => document.cookie,
  clock = systemClock,
}) {
  /**
   * @template Answer
   * @param {string} url
   * @param {(response: Response, body: unknown) => Answer | undefined} accept
   * @param {RequestInit} [request]
   */
  async function send(url, accept, request = {}) {
    const timeout = new AbortController();
    const cancel = clock.after(REQUEST_TIMEOUT_MS, () => timeout.abort());
    try {
      const response = await fetch(url, {
        ...request,
        headers: { Accept: "application/json", ...request.headers },
        // A redirect is never from this server, and may lead to a page that answers 200.
        redirect: "manual",
        signal: timeout.signal,
      }).catch((cause) => {
        throw unreachable(cause);
      });
      return await answerIn(response, refusalCodes, accept);
    } finally {
      cancel();
    }
  }

  /**
   * @param {string} url
   * @param {Fields} fields
   * @param {RequestInit} [options]
   */
  function post(url, fields, options) {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) body.set(name, String(value));
    const headers = csrfHeader(cookies(), csrfCookie);
    return send(url, done, { ...options, method: "POST", headers, body });
  }

  return {
    /**
     * The current room, or null if it still matches `etag`.
     *
     * @param {string} etag empty for none
     */
    state: (etag) =>
      send(urls.state, stateOr304(etag !== ""), {
        headers: etag ? { "If-None-Match": etag } : {},
      }),

    /**
     * Tells how this page is. Uses `keepalive`: the page may be about to close.
     *
     * @param {string} tab identifies this page among the member's pages
     * @param {"live" | "slow" | "hidden" | "closed"} state
     * @returns {Promise<string>} the state's current ETag, empty if it did not arrive
     */
    presence: (tab, state) => post(urls.presence, { tab, state }, { keepalive: true }),

    /** @param {string} taskId */
    task: (taskId) => send(addressOf(urls.task, { taskId }), wholeTask(taskId)),

    /**
     * Does what a person can do: the page's configuration lists the commands.
     *
     * @param {string} command
     * @param {Subject} subject
     * @param {Fields} fields
     */
    async run(command, subject, fields) {
      await post(addressOf(commands[command], subject), fields);
    },
  };
}

/**
 * @param {string} template with placeholders such as {taskId}
 * @param {Subject} subject
 */
function addressOf(template, subject) {
  return template.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(/** @type {Record<string, string>} */ (subject)[name]),
  );
}
