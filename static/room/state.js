/**
 * The types of the page's state.
 *
 * `room` is the State JSON of contract 2 (docs/events.md), as one member may see it; `ui`
 * is local to this page.
 *
 * @typedef {object} Session
 * @property {string} id
 * @property {string} name
 * @property {"active" | "ended"} status
 * @property {{ slug: string, cards: string[] }} deck
 * @property {Record<string, unknown>} settings
 * @property {string | null} facilitatorsAwaySince
 *
 * @typedef {"voter" | "observer"} Role
 * @typedef {"vote" | "reveal" | "run" | "editTasks" | "manage"} Ability
 *
 * @typedef {object} Profile
 * @property {string} userId
 * @property {string} name
 * @property {Role} role
 * @property {boolean} isFacilitator
 *
 * @typedef {object} Own
 * @property {Ability[]} may also listed once the session has ended
 * @property {Record<string, string>} votes one's own cards by task, as far as they are
 *   saved: one for each round in `rounds` in which one has voted
 *
 * @typedef {Profile & Own} Me
 *
 * @typedef {object} Presence
 * @property {boolean} isOnline
 * @property {boolean} isAway online, but every page of this session is hidden
 * @property {number} at when it was so, in ms since 1970: the newest counts
 *
 * @typedef {Profile & Presence} Member
 *
 * @typedef {object} Task
 * @property {string} taskId
 * @property {string | null} key the key, from the link
 * @property {string} title empty for an unnamed quick vote
 * @property {string} link
 * @property {"pending" | "voting" | "finalized" | "skipped"} status
 * @property {string | null} storyPoints
 * @property {boolean} hasDescription
 *
 * @typedef {object} Details what is known of the task in hand, or of one read whole
 * @property {string} description as typed
 * @property {string} descriptionHtml safe HTML, made by the server
 * @property {string} note
 *
 * @typedef {object} Statistics
 * @property {{ card: string, count: number }[]} distribution in the deck's order
 * @property {number | null} mean
 * @property {string | null} median
 * @property {string[]} mode
 * @property {string | null} low
 * @property {string | null} high
 * @property {number | null} agreement percent
 * @property {string[]} outliers cards
 * @property {string | null} suggestion a card of the deck
 *
 * @typedef {object} Round
 * @property {string} roundId
 * @property {string} taskId
 * @property {number} number
 * @property {"voting" | "revealed"} status
 * @property {string[]} votedUserIds
 * @property {string | null} deadline
 * @property {{ userId: string, storyPoints: string }[]} [votes] once revealed
 * @property {Statistics} [statistics] once revealed
 *
 * @typedef {object} Room
 * @property {number} contract
 * @property {number} version
 * @property {string} serverTime
 * @property {string} channel that the events arrive on
 * @property {Session} session
 * @property {Me} me
 * @property {Member[]} members in the order of joining
 * @property {Task[]} tasks in the order of the queue
 * @property {string | null} currentTaskId the task in hand
 * @property {Details | null} current of the task in hand; null without one, and until
 *   the state with it is fetched
 * @property {Round[]} rounds the latest one of each task that is being voted on
 *
 * @typedef {"live" | "slow" | "reconnecting" | "offline"} Connection
 *
 * @typedef {object} Obstacle why the server cannot be reached
 * @property {"unreachable" | "sign-in" | "foreign" | "busy"} kind unreachable: nothing
 *   answers; sign-in: something in front wants the person to sign in; foreign: something
 *   in front answers in the server's place; busy: the server itself asks to wait
 * @property {number} status the HTTP status, 0 without one
 * @property {string} message a sentence that names it
 *
 * @typedef {object} OwnVote the last vote of this tab, in flight or answered
 * @property {string} card empty to take the vote back
 * @property {"saving" | "saved" | "failed"} status
 * @property {string} message the reason for a failure, as a sentence
 *
 * @typedef {object} Notice
 * @property {string} text
 * @property {"warning" | "info"} kind
 * @property {number} id increases, so that a repeated text is a new notice
 *
 * @typedef {object} Invalid a form that the server refused
 * @property {string} command
 * @property {Record<string, string[]>} errors sentences by the field's name
 *
 * @typedef {"invite" | "people" | "help" | "settings" | "end" | "leave" | "remove"
 *   | "delete-task"} DialogName
 * @typedef {{ name: DialogName, subject: string | null }} Dialog subject: the id of the
 *   task or member that it is about
 * @typedef {"table" | "queue" | "people"} Tab
 *
 * @typedef {object} Departed why the room is over for this page
 * @property {"left" | "not-a-member" | "removed" | "session-deleted" | "out-of-date"} code
 * @property {string} message
 *
 * @typedef {object} Ui
 * @property {Connection} connection
 * @property {Obstacle | null} obstacle
 * @property {OwnVote | null} vote
 * @property {Notice | null} notice
 * @property {Invalid | null} invalid
 * @property {Tab} tab
 * @property {Dialog | null} dialog
 * @property {Departed | null} departed
 *
 * @typedef {{ room: Room, ui: Ui }} PageState what the store holds
 *
 * @typedef {{ sessionId: string, version: number, by: string | null }} Versioned
 *
 * @typedef {object} EventData the data of each event, by the event's name
 * @property {Versioned & { taskId: string, userId: string, storyPoints: null,
 *   hasVoted: boolean }} vote
 * @property {Versioned & { member: Member }} member-joined
 * @property {Versioned & { member: Member }} member-updated
 * @property {Versioned & { userId: string, channel?: string }} member-left
 * @property {Versioned & { tasks: Task[], before: string | null }} task-added
 * @property {Versioned & { task: Task }} task-updated
 * @property {Versioned & { taskId: string }} task-removed
 * @property {Versioned & { taskId: string, before: string | null }} tasks-reordered
 * @property {Versioned & { taskId: string, round: Round }} voting-started
 * @property {Versioned & { taskId: string, round: Round }} votes-revealed
 * @property {Versioned & { taskId: string, storyPoints: string,
 *   nextTaskId: string | null }} task-finalized
 * @property {Versioned & { session: Session }} session-updated
 * @property {Versioned} session-ended
 * @property {Versioned} session-reopened
 * @property {Versioned} session-deleted
 * @property {{ sessionId: string, userId: string } & Presence} presence
 *
 * @typedef {keyof EventData} EventType
 * @typedef {{ [Type in EventType]: { type: Type, data: EventData[Type] } }[EventType]}
 *   RoomEvent
 * @typedef {Extract<RoomEvent, { data: Versioned }>} PokerEvent one that has a version
 */

/**
 * Changes what is local to this page.
 *
 * @param {import("./store.js").Store<PageState>} store
 * @param {Partial<Ui>} changes
 */
export function show(store, changes) {
  const { room, ui } = store.get();
  store.set({ room, ui: { ...ui, ...changes } });
}

let noticeCount = 0;

/**
 * @param {string} text
 * @param {Notice["kind"]} [kind]
 * @returns {Notice}
 */
export function aNotice(text, kind = "warning") {
  noticeCount += 1;
  return { text, kind, id: noticeCount };
}

/**
 * The connection starts as reconnecting: sync.js sets the real state within seconds.
 *
 * @returns {Ui}
 */
export function initialUi() {
  return {
    connection: "reconnecting",
    obstacle: null,
    vote: null,
    notice: null,
    invalid: null,
    tab: "table",
    dialog: null,
    departed: null,
  };
}
