/**
 * The shapes that the room is made of, and what follows from them.
 *
 * `room` is the State JSON of GET /s/<id>/state/ (docs/events.md), as one member may
 * know it; `ui` is what only this page knows.
 *
 * @typedef {object} Session
 * @property {string} id
 * @property {string} name
 * @property {"active" | "ended"} status
 * @property {{ slug: string, cards: string[] }} deck
 * @property {Record<string, unknown>} settings
 *
 * @typedef {"voter" | "observer"} Role
 *
 * @typedef {object} Me
 * @property {string} userId
 * @property {string} name
 * @property {Role} role
 * @property {boolean} isFacilitator
 * @property {string | null} vote one's own card of the round, as far as it is saved
 *
 * @typedef {object} MemberFacts what an event tells about a member
 * @property {string} userId
 * @property {string} name
 * @property {Role} role
 * @property {boolean} isFacilitator
 *
 * @typedef {object} Presence
 * @property {boolean} isOnline
 * @property {boolean} isAway online, but with no page of this session in sight
 *
 * @typedef {MemberFacts & Presence} Member
 *
 * @typedef {object} Task
 * @property {string} taskId
 * @property {string} title empty for a quick vote that nobody has named yet
 * @property {string} description
 * @property {string} link
 * @property {"pending" | "voting" | "finalized" | "skipped"} status
 * @property {string | null} storyPoints
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
 * @property {number} version
 * @property {string} serverTime
 * @property {Session} session
 * @property {Me} me
 * @property {Member[]} members in the order of joining
 * @property {Task[]} tasks in the order of the queue
 * @property {Round | null} round null exactly when no task is being voted on
 *
 * @typedef {"live" | "slow" | "reconnecting" | "offline"} Connection
 *
 * @typedef {object} OwnVote the card last laid in this tab, on its way or there
 * @property {string} card empty when it takes the vote back
 * @property {"saving" | "saved" | "failed"} status
 * @property {string} message why it failed, in a sentence
 *
 * @typedef {object} Notice
 * @property {string} text
 * @property {"warning" | "info"} kind
 * @property {number} id rises, so that the same sentence twice is two notices
 *
 * @typedef {"invite" | "people" | "help" | "settings" | "menu" | "end" | "leave"} Dialog
 * @typedef {"table" | "queue" | "people"} Tab
 *
 * @typedef {object} Ui
 * @property {Connection} connection
 * @property {OwnVote | null} vote
 * @property {Notice | null} notice
 * @property {Tab} tab
 * @property {Dialog | null} dialog
 * @property {{ code: string, message: string } | null} gone why this page is over:
 *   removed, left, or the session was deleted
 *
 * @typedef {{ room: Room, ui: Ui }} Value what the store holds
 *
 * @typedef {{ sessionId: string, version: number }} Stamp
 *
 * @typedef {object} EventData the data of each event, by the event's name
 * @property {Stamp & { taskId: string, userId: string, storyPoints: null,
 *   hasVoted: boolean }} vote
 * @property {Stamp & { member: MemberFacts }} member-joined
 * @property {Stamp & { member: MemberFacts & Partial<Presence> }} member-updated
 * @property {Stamp & { userId: string }} member-left
 * @property {Stamp & { tasks: Task[] }} task-added
 * @property {Stamp & { task: Task }} task-updated
 * @property {Stamp & { taskId: string }} task-removed
 * @property {Stamp & { taskIds: string[] }} tasks-reordered
 * @property {Stamp & { taskId: string, round: Round }} voting-started
 * @property {Stamp & { taskId: string, round: Round }} votes-revealed
 * @property {Stamp & { taskId: string, storyPoints: string,
 *   nextTaskId: string | null }} task-finalized
 * @property {Stamp & { session: Session }} session-updated
 * @property {Stamp} session-ended
 * @property {Stamp} session-reopened
 *
 * @typedef {keyof EventData} EventType
 * @typedef {{ [Type in EventType]: { type: Type, data: EventData[Type] } }[EventType]}
 *   PokerEvent
 */

/**
 * Before anything is known of the connection it counts as coming back: sync.js says
 * within seconds what it is.
 *
 * @returns {Ui}
 */
export function initialUi() {
  return {
    connection: "reconnecting",
    vote: null,
    notice: null,
    tab: "table",
    dialog: null,
    gone: null,
  };
}

/**
 * The task that the room is at: the one being voted on, else the next one.
 *
 * @param {Room} room
 * @returns {Task | null}
 */
export function taskInHand({ round, tasks }) {
  const isInHand = round
    ? (/** @type {Task} */ task) => task.taskId === round.taskId
    : (/** @type {Task} */ task) => task.status === "pending";
  return tasks.find(isInHand) ?? null;
}
