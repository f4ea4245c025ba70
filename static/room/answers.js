/**
 * What counts as an answer of this server: the one place that decides it.
 *
 * Anything may stand between the page and the server and answer in its place: a sign-in
 * page, a firewall, a proxy while the server restarts. So a request has succeeded only if
 * its answer is what docs/events.md says, and the server has refused it only if the answer
 * has one of its own codes. All else is a `NetworkFailure`: it is unknown whether the
 * server acted, and a request that may be repeated is kept and sent again.
 *
 * @import {Details, Obstacle, Room, Task} from "./state.js"
 */

import { retryAfterMs } from "../realtime/retry_after.js";

/** 401; 511: RFC 6585, section 6. This server asks nobody to sign in. */
const SIGN_IN_STATUSES = [401, 511];

/** @satisfies {Partial<Record<Obstacle["kind"], (status: number) => string>>} */
const SENTENCES = {
  unreachable: () => "The server cannot be reached.",
  "sign-in": () =>
    "Something in front of this server wants you to sign in. Reload the page.",
  foreign: (status) =>
    `The server cannot be reached: something in front of it answers in its place (${status}).`,
};

/** The server said no, and why. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {{ error: string, code: string, errors?: Record<string, string[]> }} body
   * @param {number} [retryAfterMs] how long the server asks clients to wait
   */
  constructor(status, { error, code, errors = {} }, retryAfterMs = 0) {
    super(error);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server did not answer, or cannot now. */
export class NetworkFailure extends Error {
  /**
   * @param {Obstacle} obstacle
   * @param {{ cause?: unknown, retryAfterMs?: number }} [details] retryAfterMs: how long
   *   to wait
   */
  constructor(obstacle, { cause, retryAfterMs = 0 } = {}) {
    super(obstacle.message, { cause });
    this.name = "NetworkFailure";
    this.obstacle = obstacle;
    this.retryAfterMs = retryAfterMs;
  }
}

/** @param {unknown} [cause] */
export const unreachable = (cause) => networkFailure("unreachable", 0, { cause });

/**
 * The answer as `accept` reads it from the status, the headers and the JSON.
 *
 * @template Answer
 * @param {Response} response
 * @param {string[]} codes of every refusal of this server
 * @param {(response: Response, body: any) => Answer | undefined} accept undefined if it
 *   is no such answer; body: null if it is not JSON
 * @returns {Promise<Answer>} rejects with a `Refusal` or a `NetworkFailure`
 */
export async function answerIn(response, codes, accept) {
  const body = await response.json().catch((error) => {
    // Any other error means that the answer broke off.
    if (error instanceof SyntaxError) return null;
    throw unreachable(error);
  });
  const answer = accept(response, body);
  if (answer === undefined) throw failure(response, body, codes);
  return answer;
}

/**
 * A command is done, or a heartbeat noted: 204.
 *
 * @param {Response} response
 * @returns {string | undefined} the ETag, empty without one
 */
export function done({ status, headers }) {
  return status === 204 ? (headers.get("ETag") ?? "") : undefined;
}

/**
 * A state, or null if it still has the ETag that was sent.
 *
 * @param {boolean} isConditional an ETag was sent
 */
export function stateOr304(isConditional) {
  return (/** @type {Response} */ { status, headers }, /** @type {any} */ body) => {
    if (status === 304 && isConditional) return null;
    // One of another contract may be of any other shape.
    const isState = Number.isInteger(body?.contract) && Number.isInteger(body.version);
    if (status !== 200 || !isState) return undefined;
    return { room: /** @type {Room} */ (body), etag: headers.get("ETag") ?? "" };
  };
}

/** @param {string} taskId */
export function wholeTask(taskId) {
  return (/** @type {Response} */ { status }, /** @type {any} */ body) =>
    status === 200 && body?.taskId === taskId
      ? /** @type {Task & Details} */ (body)
      : undefined;
}

/**
 * @param {Response} response
 * @param {any} body
 * @param {string[]} codes
 */
function failure({ type, status, headers }, body, codes) {
  const pauseMs = retryAfterMs(headers, Date.now());
  const isOurs = typeof body?.error === "string" && codes.includes(body.code);
  if (isOurs && status < 500) return new Refusal(status, body, pauseMs);
  const details = { retryAfterMs: pauseMs };
  if (isOurs) {
    return new NetworkFailure({ kind: "busy", status, message: body.error }, details);
  }
  const wantsSignIn = type === "opaqueredirect" || SIGN_IN_STATUSES.includes(status);
  return networkFailure(wantsSignIn ? "sign-in" : "foreign", status, details);
}

/**
 * @param {keyof typeof SENTENCES} kind
 * @param {number} status
 * @param {{ cause?: unknown, retryAfterMs?: number }} details
 */
function networkFailure(kind, status, details) {
  return new NetworkFailure(
    { kind, status, message: SENTENCES[kind](status) },
    details,
  );
}
