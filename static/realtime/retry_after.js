/**
 * The delay that a 429 or 503 response asks for (RFC 9110, 10.2.3: seconds or a date).
 * It is capped, so that a wrong header cannot stop a room.
 */

const MAX_DELAY_MS = 120_000;

/**
 * @param {Headers} headers
 * @param {number} now milliseconds, by the page's clock
 * @returns {number} milliseconds, 0 without a valid header
 */
export function retryAfterMs(headers, now) {
  const value = headers.get("Retry-After") ?? "";
  const seconds = Number(value);
  const delayMs = Number.isNaN(seconds)
    ? untilDate(value, headers, now)
    : seconds * 1000;
  return Math.min(Math.max(delayMs, 0), MAX_DELAY_MS);
}

/**
 * Relative to the response's Date header if there is one: the page's clock may be wrong.
 *
 * @param {string} date
 * @param {Headers} headers
 * @param {number} now
 */
function untilDate(date, headers, now) {
  const sent = Date.parse(headers.get("Date") ?? "") || now;
  return Date.parse(date) - sent || 0;
}
