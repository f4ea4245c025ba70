/**
 * The header for Django's CSRF check. Read the cookie for each request: once it changes,
 * an older token is refused.
 *
 * @param {string} cookies as in `document.cookie`
 * @param {string} [name] the cookie's
 * @returns {Record<string, string>}
 */
export function csrfHeader(cookies, name = "csrftoken") {
  const cookie = cookies.split(/;\s*/).find((each) => each.startsWith(`${name}=`));
  return { "X-CSRFToken": cookie?.slice(name.length + 1) ?? "" };
}
