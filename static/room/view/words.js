/** Formatting of numbers, names and links for sentences. */

/**
 * "1 task", "3 tasks".
 *
 * @param {number} number
 * @param {string} one
 * @param {string} many
 */
export function plural(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

/**
 * "Lukas, Sofía and 3 others".
 *
 * @param {string[]} names
 * @param {number} [most] how many names to show before counting the rest
 */
export function formatList(names, most = 3) {
  const named = names.length > most ? names.slice(0, most - 1) : names;
  const parts = named.map(bidiIsolate);
  const others = names.length - named.length;
  if (others) parts.push(`${others} others`);
  const last = parts.pop() ?? "";
  return parts.length ? `${parts.join(", ")} and ${last}` : last;
}

/**
 * Wraps typed text in Unicode isolates, so that a right-to-left name does not reorder
 * the sentence around it.
 *
 * @param {string} typed
 */
export function bidiIsolate(typed) {
  return `\u2068${typed}\u2069`;
}

/**
 * A task's title, or a fallback for an unnamed one.
 *
 * @param {{title: string}} task
 */
export function titleOf(task) {
  return task.title || "Quick vote";
}

/**
 * The URL of a link if it is safe to open (HTTP or HTTPS).
 *
 * @param {string} link as typed
 * @returns {URL | null}
 */
export function webAddress(link) {
  const url = URL.parse(link);
  return url && /^https?:$/.test(url.protocol) ? url : null;
}

/**
 * What a task is known by elsewhere: its key, else the host that its link leads to.
 *
 * @param {{key: string | null, link: string}} task
 * @returns {string} empty without either
 */
export function referenceOf({ key, link }) {
  return key ?? webAddress(link)?.hostname.replace(/^www\./, "") ?? "";
}
