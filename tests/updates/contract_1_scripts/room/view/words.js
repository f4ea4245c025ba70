/** How numbers, names and links are put into sentences. */

/**
 * "1 task", "3 tasks".
 *
 * @param {number} number
 * @param {string} one
 * @param {string} many
 */
export function counted(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

/**
 * "Lukas, Sofía and 3 others".
 *
 * @param {string[]} names
 * @param {number} [most] how many are named before the rest is counted
 */
export function listed(names, most = 3) {
  const shown = names.length > most ? names.slice(0, most - 1) : names;
  const parts = shown.map(isolated);
  const others = names.length - shown.length;
  if (others) parts.push(`${others} others`);
  const last = parts.pop() ?? "";
  return parts.length ? `${parts.join(", ")} and ${last}` : last;
}

/**
 * What people typed, between Unicode's isolates: a name written from right to left
 * must not turn the sentence around it.
 *
 * @param {string} typed
 */
export function isolated(typed) {
  return `\u2068${typed}\u2069`;
}

/**
 * A task's own title, or what to call it without one.
 *
 * @param {{title: string}} task
 */
export function titleOf(task) {
  return task.title || "Quick vote";
}

/**
 * A link's address if it is one that may be followed.
 *
 * @param {string} link as typed
 * @returns {URL | null}
 */
export function webAddress(link) {
  const url = URL.parse(link);
  return url && /^https?:$/.test(url.protocol) ? url : null;
}

/**
 * What to call a link: the tracker's key that it ends on ("PAY-124", "#37"), else its host.
 *
 * @param {URL} url
 */
export function linkLabel(url) {
  const last = url.pathname.split("/").findLast(Boolean) ?? "";
  if (/^[a-z][a-z0-9]*-\d+$/i.test(last)) return last.toUpperCase();
  if (/^\d+$/.test(last)) return `#${last}`;
  return url.hostname.replace(/^www\./, "");
}
