/**
 * The types of the page's state.
 *
 * `room` is the State JSON of GET /s/<id>/state/ (docs/events.md), as one member may
 * see it; `ui` is local to this page.
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
 * @property {string | null} vote one's own card in this round, as far as it is saved
 *
 * @typedef {object} MemberProfile the part of a member that events carry
 * @property {string} userId
 * @property {string} name
 * @property {Role} role
 * @property {boolean} isFacilitator
 *
 * @typedef {object} Presence
 * @property {boolean} isOnline
 * @property {boolean} isAway online, but every page of this session is hidden
 *
 * @typedef {MemberProfile & Presence} Member
 *
 * @typedef {object} Task
 * @property {string} taskId
 * @property {string} title empty for an unnamed quick vote
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
 * @typedef {"invite" | "people" | "help" | "settings" | "menu" | "end" | "leave"} Dialog
 * @typedef {"table" | "queue" | "people"} Tab
 *
 * @typedef {object} Ui
 * @property {Connection} connection
 * @property {OwnVote | null} vote
 * @property {Notice | null} notice
 * @property {Tab} tab
 * @property {Dialog | null} dialog
 * @property {{ code: string, message: string } | null} departed why the member is no
 *   longer in the session: removed, left, or the session was deleted
 *
 * @typedef {{ room: Room, ui: Ui }} PageState what the store holds
 *
 * @typedef {{ sessionId: string, version: number }} Versioned
 *
 * @typedef {object} EventData the data of each event, by the event's name
 * @property {Versioned & { taskId: string, userId: string, storyPoints: null,
 *   hasVoted: boolean }} vote
 * @property {Versioned & { member: MemberProfile }} member-joined
 * @property {Versioned & { member: MemberProfile & Partial<Presence> }} member-updated
 * @property {Versioned & { userId: string }} member-left
 * @property {Versioned & { tasks: Task[] }} task-added
 * @property {Versioned & { task: Task }} task-updated
 * @property {Versioned & { taskId: string }} task-removed
 * @property {Versioned & { taskIds: string[] }} tasks-reordered
 * @property {Versioned & { taskId: string, round: Round }} voting-started
 * @property {Versioned & { taskId: string, round: Round }} votes-revealed
 * @property {Versioned & { taskId: string, storyPoints: string,
 *   nextTaskId: string | null }} task-finalized
 * @property {Versioned & { session: Session }} session-updated
 * @property {Versioned} session-ended
 * @property {Versioned} session-reopened
 *
 * @typedef {keyof EventData} EventType
 * @typedef {{ [Type in EventType]: { type: Type, data: EventData[Type] } }[EventType]}
 *   PokerEvent
 */

/**
 * The connection starts as reconnecting: sync.js sets the real state within seconds.
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
    departed: null,
  };
}

/**
 * The task being voted on, else the next pending one.
 *
 * @param {Room} room
 * @returns {Task | null}
 */
export function currentTask({ round, tasks }) {
  const isCurrent = round
    ? (/** @type {Task} */ task) => task.taskId === round.taskId
    : (/** @type {Task} */ task) => task.status === "pending";
  return tasks.find(isCurrent) ?? null;
}
