/**
 * The header for Django's CSRF check. Read the cookie for each request: once it changes,
 * an older token is refused.
 *
 * @param {string} cookies as in `document.cookie`
 * @returns {Record<string, string>}
 */
export function csrfHeader(cookies) {
  const token = /(?:^|;\s*)csrftoken=([^;]*)/.exec(cookies)?.[1] ?? "";
  return { "X-CSRFToken": token };
}
