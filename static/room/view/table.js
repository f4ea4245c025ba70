/** The middle of the room: the current task and everybody's card. */

import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import {
  absence,
  currentRound,
  facilitators,
  hasEnded,
  may,
  taskInHand,
} from "../selectors.js";
import { invitation } from "./invitation.js";
import { outcome } from "./outcome.js";
import { formatList, referenceOf, titleOf, webAddress } from "./words.js";

/**
 * @import {Member, Room, Task} from "../state.js"
 * @import {Actions, ViewProps} from "../types.js"
 */

/** The size of the cards by the number of voters, and how many fit in a row. */
const CROWDS = [
  { upTo: 4, name: "few", inRow: 4, inNarrowRow: 4 },
  { upTo: 8, name: "some", inRow: 4, inNarrowRow: 4 },
  { upTo: 15, name: "many", inRow: 5, inNarrowRow: 5 },
  { upTo: 24, name: "lots", inRow: 6, inNarrowRow: 6 },
  { upTo: 48, name: "crowd", inRow: 8, inNarrowRow: 6 },
  { upTo: Number.POSITIVE_INFINITY, name: "throng", inRow: 10, inNarrowRow: 6 },
];
/** Labels with more characters are set in a smaller font. */
const SHORT_LABEL = 3;

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
export function table(props, actions) {
  const { room, links, screen } = props;
  const { members } = room;
  const round = currentRound(room);
  const seated = members.filter((member) => member.role === "voter");
  const crowd = CROWDS.find(({ upTo }) => seated.length <= upTo) ?? CROWDS[0];
  const isAlone = members.length === 1 && !round && !hasEnded(room);
  return html`
    <section
      class="table"
      id="table"
      aria-label="Table"
      tabindex="-1"
      data-crowd=${crowd.name}
      data-phase=${round?.status ?? "idle"}
    >
      ${heading(props, actions)}
      ${
        isAlone
          ? html`<section class="alone sheet" aria-labelledby="alone">
              <div>
                <h3 id="alone">You are the only one here</h3>
                <p>Share this link with your team, or let them scan the code.</p>
              </div>
              ${invitation(links, screen, actions)}
            </section>`
          : html`
              <section class="seats-place" aria-label="Cards on the table">
                ${seats(room, seated, crowd)} ${observers(members)}
              </section>
              ${outcome(room)}
            `
      }
    </section>
  `;
}

/**
 * @param {ViewProps} props
 * @param {Actions} actions
 */
function heading({ room, links }, actions) {
  const task = taskInHand(room);
  if (hasEnded(room)) {
    return html`<header class="task">
      <p class="meta"><small>Ended</small></p>
      <h2>This session has ended</h2>
      <p class="description">
        Every round and estimate is in the <a href=${links.report}>report</a>. A
        facilitator can reopen the session from the menu.
      </p>
    </header>`;
  }
  return task ? taskHeading(room, task, actions) : noCurrentTask(room, links);
}

/**
 * @param {Room} room
 * @param {Task} task
 * @param {Actions} actions
 */
function taskHeading(room, task, actions) {
  const round = currentRound(room);
  const description = room.current?.description;
  return html`<header class="task">
    <p class="meta">
      ${reference(task)}
      <small>${round ? `Round ${round.number}` : "Next"}</small>
      ${
        may(room, "editTasks")
          ? html`<button class="text-button small" @click=${() => actions.edit(task.taskId)}>
              ${task.title ? "Edit" : "Name it"}
            </button>`
          : nothing
      }
    </p>
    <h2 dir="auto">${titleOf(task)}</h2>
    ${
      description
        ? html`<p class="description typed" dir="auto" tabindex="0">${description}</p>`
        : nothing
    }
  </header>`;
}

/** @param {Task} task */
function reference(task) {
  const label = referenceOf(task);
  const url = webAddress(task.link);
  if (url) {
    return html`<a class="key" href=${url.href} target="_blank" rel="noopener noreferrer"
      ><bdi translate="no">${label}</bdi> <span aria-hidden="true">↗</span></a
    >`;
  }
  return label
    ? html`<span class="key"><bdi translate="no">${label}</bdi></span>`
    : nothing;
}

/**
 * @param {Room} room
 * @param {ViewProps["links"]} links
 */
function noCurrentTask(room, links) {
  if (room.tasks.length) {
    return html`<header class="task">
      <p class="meta"><small>Queue complete</small></p>
      <h2>All tasks are done</h2>
      <p class="description">
        The <a href=${links.report}>report</a> lists every task with its rounds and
        estimate.
        ${whatNext(room)}
      </p>
    </header>`;
  }
  return html`<header class="task">
    <p class="meta"><small>No task selected</small></p>
    <h2>What should we estimate first?</h2>
    <p class="description">
      ${whatFirst(room)}
    </p>
  </header>`;
}

/** @param {Room} room */
function whatNext(room) {
  if (!may(room, "editTasks")) return nothing;
  return may(room, "run")
    ? "Add another task, or vote on something unplanned."
    : "Add another task.";
}

/** @param {Room} room */
function whatFirst(room) {
  if (may(room, "editTasks")) {
    return may(room, "run")
      ? "Add tasks to the queue, or start a vote right away and name it later."
      : "Add tasks to the queue.";
  }
  const names = facilitators(room);
  const who = names.length ? formatList(names) : "A facilitator";
  const sentence = `${who} will add the first task.`;
  return may(room, "vote") ? `${sentence} Your cards are below.` : sentence;
}

/**
 * @param {Room} room
 * @param {Member[]} seated
 * @param {typeof CROWDS[number]} crowd
 */
function seats(room, seated, crowd) {
  const { me } = room;
  const round = currentRound(room);
  const voted = new Set(round?.votedUserIds);
  const cards = new Map(round?.votes?.map((vote) => [vote.userId, vote.storyPoints]));
  const far = new Set(round?.statistics?.outliers);
  return html`<ul
    class="seats"
    .style=${`--columns: ${balancedColumns(seated.length, crowd.inRow)}; --narrow-columns: ${balancedColumns(seated.length, crowd.inNarrowRow)}`}
  >
    ${repeat(
      seated,
      (member) => member.userId,
      (member, place) => {
        const card = cards.get(member.userId);
        const isMe = member.userId === me.userId;
        const absent = card === undefined ? absence(member) : "";
        const face =
          card !== undefined ? "front" : voted.has(member.userId) ? "back" : "none";
        return html`<li class="seat" data-me=${isMe} data-absence=${absent}>
          <span
            class="card"
            data-face=${face}
            data-outlier=${card !== undefined && far.has(card)}
            .style=${`--place: ${place}`}
            aria-hidden="true"
            translate="no"
            ><span class="back"></span
            ><span class=${(card?.length ?? 0) > SHORT_LABEL ? "front long" : "front"}
              >${card}</span
            ></span
          >
          <span class="name" title=${member.name}
            ><bdi translate="no">${member.name}</bdi>${isMe ? " (you)" : nothing}</span
          >
          <span class="visually-hidden">${cardDescription(face, card, Boolean(round))}</span>
          ${absent ? html`<small>${absent}</small>` : nothing}
        </li>`;
      },
    )}
  </ul>`;
}

/**
 * The number of columns that fills all rows about equally.
 *
 * @param {number} count
 * @param {number} most columns in a row
 */
function balancedColumns(count, most) {
  return Math.ceil(count / Math.max(1, Math.ceil(count / most)));
}

/**
 * @param {string} face
 * @param {string | undefined} card
 * @param {boolean} hasRound
 */
function cardDescription(face, card, hasRound) {
  if (face === "front") return card;
  if (face === "back") return "has voted";
  return hasRound ? "has not voted" : nothing;
}

/** @param {Member[]} members */
function observers(members) {
  const observing = members.filter((member) => member.role === "observer");
  return observing.length
    ? html`<p class="observers small">
        Observing: ${formatList(
          observing.map((member) => member.name),
          6,
        )}
      </p>`
    : nothing;
}
