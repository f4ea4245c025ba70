/** How a form is sent without leaving the page. */

/**
 * A listener for `submit`.
 *
 * @param {(fields: Record<string, string>, form: HTMLFormElement) => void} act gets the
 *   fields by name
 */
export function sent(act) {
  return (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const fields = [...new FormData(form)].map(([name, text]) => [name, String(text)]);
    act(Object.fromEntries(fields), form);
  };
}
