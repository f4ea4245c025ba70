/**
 * What every view is given.
 *
 * @import {createActions} from "../actions.js"
 * @import {Value} from "../state.js"
 *
 * @typedef {object} Screen what only this page's surface knows
 * @property {string | null} editing the id of the task or member being changed
 * @property {string | null} asking what is to be confirmed: the id of a task to be
 *   deleted, or of a member to be removed
 * @property {boolean} isCopied the link was copied since the dialog was opened
 *
 * @typedef {object} Links
 * @property {string} invite the address to share, absolute
 * @property {string} qr its QR code, a picture
 * @property {string} report
 *
 * @typedef {{ slug: string, label: string }} Deck that can be chosen
 *
 * @typedef {Value & { screen: Screen, links: Links, decks: Deck[] }} Shown
 *
 * @typedef {object} ScreenActions
 * @property {(id: string | null) => void} edit
 * @property {(what: string | null) => void} ask
 * @property {(event: Event) => void} copyLink
 * @property {() => void} dismissNotice
 *
 * @typedef {ReturnType<typeof createActions> & ScreenActions} Actions
 */

export {};
