/**
 * The types of the page's configuration, and of what every view is given.
 *
 * @import {createActions} from "./actions.js"
 * @import {Details, PageState, Room} from "./state.js"
 *
 * @typedef {object} Config what the server writes into the page
 * @property {number} contract
 * @property {Room} state
 * @property {string} etag of that state
 * @property {Urls} urls
 * @property {string} inviteUrl the absolute URL to share
 * @property {Record<string, string>} commands each command's URL, with the placeholders
 *   {taskId} and {userId}
 * @property {string[]} refusalCodes every code that a refusal of this server can have
 * @property {string} csrfCookie the cookie's name
 * @property {Deck[]} decks
 *
 * @typedef {object} Urls
 * @property {string} home
 * @property {string} room
 * @property {string} state
 * @property {string} presence
 * @property {string} report
 * @property {string} qr of the invitation
 * @property {string} task with the placeholder {taskId}
 *
 * @typedef {object} Screen the page's own view state
 * @property {string | null} editing the id of the task or member being changed
 * @property {Details | "loading" | "unavailable"} details of the task being changed
 * @property {"" | "copied" | "failed"} copying the link, since the dialog opened
 *
 * @typedef {Urls & { invite: string }} Links
 *
 * @typedef {{ slug: string, label: string }} Deck one of the decks to choose from
 *
 * @typedef {PageState & { screen: Screen, links: Links, decks: Deck[] }} ViewProps
 *
 * @typedef {object} ScreenActions
 * @property {(id: string | null) => void} edit
 * @property {(event: Event) => void} copyLink
 * @property {() => void} dismissNotice
 *
 * @typedef {ReturnType<typeof createActions> & ScreenActions} Actions
 */

export {};
