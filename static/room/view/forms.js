/** Forms that are sent without leaving the page, and what was wrong in them. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";

/** @import {Invalid} from "../state.js" */

/**
 * A listener for `submit`.
 *
 * @param {(fields: Record<string, string>, form: HTMLFormElement) => void} act
 *   called with the fields by name
 */
export function onSubmit(act) {
  return (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const fields = [...new FormData(form)].map(([name, text]) => [name, String(text)]);
    act(Object.fromEntries(fields), form);
  };
}

/**
 * The fields that differ from what they were drawn with. Sending no others keeps what
 * somebody else has changed meanwhile.
 *
 * @param {Record<string, string>} fields
 * @param {Record<string, string>} drawn
 */
export function changedFields(fields, drawn) {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, text]) => text !== drawn[name]),
  );
}

/**
 * What the server found wrong in a form, for the attributes and the text of each field.
 *
 * @param {string} command that the form sends
 * @param {Invalid | null} invalid the form that was refused last
 */
export function fieldErrors(command, invalid) {
  const errors = invalid?.command === command ? invalid.errors : {};
  /** @param {string} name */
  const idOf = (name) => `${command}-${name}-error`;
  return {
    /** The value of `aria-invalid`. @param {string} name */
    isInvalid: (name) => (errors[name] ? "true" : nothing),
    /** The value of `aria-describedby`. @param {string} name */
    describedBy: (name, hint = "") =>
      [hint, errors[name] ? idOf(name) : ""].filter(Boolean).join(" ") || nothing,
    /** The sentences. @param {string} name */
    shown: (name) =>
      errors[name]
        ? html`<p class="error" id=${idOf(name)}>${errors[name].join(" ")}</p>`
        : nothing,
  };
}
