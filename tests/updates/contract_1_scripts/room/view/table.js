/** The middle of the room: the task in hand, and everybody's card around it. */

import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { taskInHand } from "../state.js";
import { absence, facilitators, hasEnded } from "./facts.js";
import { invitation } from "./invite.js";
import { outcome } from "./outcome.js";
import { linkLabel, listed, titleOf, webAddress } from "./words.js";

/**
 * @import {Member, Room, Task} from "../state.js"
 * @import {Actions, Shown} from "./shown.js"
 */

/** How large a crowd may be for which size of card, and its cards in a row. */
const CROWDS = [
  { upTo: 4, name: "few", inRow: 4, inNarrowRow: 4 },
  { upTo: 8, name: "some", inRow: 4, inNarrowRow: 4 },
  { upTo: 15, name: "many", inRow: 5, inNarrowRow: 5 },
  { upTo: 24, name: "lots", inRow: 6, inNarrowRow: 6 },
  { upTo: 48, name: "crowd", inRow: 8, inNarrowRow: 6 },
  { upTo: Number.POSITIVE_INFINITY, name: "throng", inRow: 10, inNarrowRow: 6 },
];
/** A label of more characters than this is set smaller. */
const SHORT_LABEL = 3;

/**
 * @param {Shown} shown
 * @param {Actions} actions
 */
export function table(shown, actions) {
  const { room, links, screen } = shown;
  const { members, round } = room;
  const seated = members.filter((member) => member.role === "voter");
  const crowd = CROWDS.find(({ upTo }) => seated.length <= upTo) ?? CROWDS[0];
  const isAlone = members.length === 1 && !round && !hasEnded(room);
  return html`
    <section
      class="table"
      id="table"
      aria-label="Table"
      data-crowd=${crowd.name}
      data-phase=${round?.status ?? "idle"}
    >
      ${heading(shown, actions)}
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
                ${seats(room, seated, crowd)} ${watching(members)}
              </section>
              ${outcome(room)}
            `
      }
    </section>
  `;
}

/**
 * @param {Shown} shown
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
  return task ? taskHeading(room, task, actions) : nothingInHand(room, links);
}

/**
 * @param {Room} room
 * @param {Task} task
 * @param {Actions} actions
 */
function taskHeading({ me, round }, task, actions) {
  const url = webAddress(task.link);
  return html`<header class="task">
    <p class="meta">
      ${
        url
          ? html`<a class="key" href=${url.href} target="_blank" rel="noopener noreferrer"
              ><bdi>${linkLabel(url)}</bdi> <span aria-hidden="true">↗</span></a
            >`
          : nothing
      }
      <small>${round ? `Round ${round.number}` : "Next"}</small>
      ${
        me.isFacilitator
          ? html`<button class="text-button small" @click=${() => actions.edit(task.taskId)}>
              ${task.title ? "Change" : "Name it"}
            </button>`
          : nothing
      }
    </p>
    <h2 dir="auto">${titleOf(task)}</h2>
    ${
      task.description
        ? html`<p class="description typed" dir="auto" tabindex="0">${task.description}</p>`
        : nothing
    }
  </header>`;
}

/**
 * @param {Room} room
 * @param {Shown["links"]} links
 */
function nothingInHand(room, links) {
  const { me, tasks } = room;
  if (tasks.length) {
    return html`<header class="task">
      <p class="meta"><small>Queue done</small></p>
      <h2>Every task has been dealt with</h2>
      <p class="description">
        The <a href=${links.report}>report</a> has each task with its rounds and its
        estimate.
        ${me.isFacilitator ? "Add another task, or vote on something unplanned." : nothing}
      </p>
    </header>`;
  }
  return html`<header class="task">
    <p class="meta"><small>Nothing in hand</small></p>
    <h2>What shall we estimate first?</h2>
    <p class="description">
      ${
        me.isFacilitator
          ? "Add tasks to the queue, or start a vote right away and name it later."
          : `${listed(facilitators(room))} will put up the first task. Your cards wait below.`
      }
    </p>
  </header>`;
}

/**
 * @param {Room} room
 * @param {Member[]} seated
 * @param {typeof CROWDS[number]} crowd
 */
function seats(room, seated, crowd) {
  const { me, round } = room;
  const voted = new Set(round?.votedUserIds);
  const cards = new Map(round?.votes?.map((vote) => [vote.userId, vote.storyPoints]));
  const far = new Set(round?.statistics?.outliers);
  return html`<ul
    class="seats"
    .style=${`--columns: ${balanced(seated.length, crowd.inRow)}; --narrow-columns: ${balanced(seated.length, crowd.inNarrowRow)}`}
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
            data-far=${card !== undefined && far.has(card)}
            .style=${`--place: ${place}`}
            aria-hidden="true"
            ><span class="back"></span
            ><span class=${(card?.length ?? 0) > SHORT_LABEL ? "front long" : "front"}
              >${card}</span
            ></span
          >
          <span class="name" title=${member.name}
            ><bdi>${member.name}</bdi>${isMe ? " (you)" : nothing}</span
          >
          <span class="visually-hidden">${spoken(face, card, Boolean(round))}</span>
          ${absent ? html`<small>${absent}</small>` : nothing}
        </li>`;
      },
    )}
  </ul>`;
}

/**
 * The columns that fill every row about equally.
 *
 * @param {number} count
 * @param {number} most in a row
 */
function balanced(count, most) {
  return Math.ceil(count / Math.max(1, Math.ceil(count / most)));
}

/**
 * @param {string} face
 * @param {string | undefined} card
 * @param {boolean} hasRound
 */
function spoken(face, card, hasRound) {
  if (face === "front") return card;
  if (face === "back") return "has voted";
  return hasRound ? "has not voted" : nothing;
}

/** @param {Member[]} members */
function watching(members) {
  const observers = members.filter((member) => member.role === "observer");
  return observers.length
    ? html`<p class="watching small">
        Watching: ${listed(
          observers.map((member) => member.name),
          6,
        )}
      </p>`
    : nothing;
}
