/** The few pictures beside words; each is decoration, never the only name of a thing. */

import { html } from "../../vendor/lit-html/lit-html.js";

/** @param {string} path */
const icon = (path) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${path} /></svg>`;

export const menuIcon = icon("M4 7h16M4 12h16M4 17h16");
export const closeIcon = icon("M6 6l12 12M18 6L6 18");
export const upIcon = icon("M12 19V5M6 11l6-6 6 6");
export const downIcon = icon("M12 5v14M6 13l6 6 6-6");
