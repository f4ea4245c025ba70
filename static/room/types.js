/**
 * The types of what every view is given.
 *
 * @import {createActions} from "./actions.js"
 * @import {PageState} from "./state.js"
 *
 * @typedef {object} Screen the page's own view state
 * @property {string | null} editing the id of the task or member being changed
 * @property {string | null} confirming the id of the task to delete or the member to
 *   remove, while that waits for confirmation
 * @property {boolean} isCopied the link was copied since the dialog opened
 *
 * @typedef {object} Links
 * @property {string} invite the absolute URL to share
 * @property {string} qr the URL of its QR code
 * @property {string} report
 *
 * @typedef {{ slug: string, label: string }} Deck one of the decks to choose from
 *
 * @typedef {PageState & { screen: Screen, links: Links, decks: Deck[] }} ViewProps
 *
 * @typedef {object} ScreenActions
 * @property {(id: string | null) => void} edit
 * @property {(what: string | null) => void} confirm
 * @property {(event: Event) => void} copyLink
 * @property {() => void} dismissNotice
 *
 * @typedef {ReturnType<typeof createActions> & ScreenActions} Actions
 */

export {};
