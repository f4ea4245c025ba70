/**
 * The header that Django's CSRF check wants, read anew for each request: a token kept
 * from the page's start is refused once the cookie has changed.
 *
 * @param {string} cookies as in `document.cookie`
 * @returns {Record<string, string>}
 */
export function csrfHeader(cookies) {
  const token = /(?:^|;\s*)csrftoken=([^;]*)/.exec(cookies)?.[1] ?? "";
  return { "X-CSRFToken": token };
}
