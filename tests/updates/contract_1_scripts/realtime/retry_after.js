/**
 * How long a server that answers 429 or 503 asks to be left alone (RFC 9110, 10.2.3:
 * seconds or a date). Not for ever: a mistaken header must not end a room.
 */

const LONGEST_MS = 120_000;

/**
 * @param {Headers} headers
 * @param {number} now milliseconds, as the page's clock has them
 * @returns {number} milliseconds, 0 where nothing is asked for
 */
export function retryAfterMs(headers, now) {
  const asked = headers.get("Retry-After") ?? "";
  const seconds = Number(asked);
  const delayMs = Number.isNaN(seconds)
    ? untilDate(asked, headers, now)
    : seconds * 1000;
  return Math.min(Math.max(delayMs, 0), LONGEST_MS);
}

/**
 * By the server's own clock where it tells it: the page's may be off.
 *
 * @param {string} date
 * @param {Headers} headers
 * @param {number} now
 */
function untilDate(date, headers, now) {
  const sent = Date.parse(headers.get("Date") ?? "") || now;
  return Date.parse(date) - sent || 0;
}
