/**
 * What the votes come to. It keeps its place from the first card on, so that the reveal
 * moves nothing: until then it says who is still waited for.
 */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { hasEnded, namesOf, outliers, tally } from "./facts.js";
import { listed } from "./words.js";

/** @import {Member, Room, Statistics} from "../state.js" */

/** @param {Room} room */
export function outcome(room) {
  const { round } = room;
  if (hasEnded(room)) return nothing;
  if (round?.statistics) return result(room, round.statistics);
  return round ? progressOf(room) : waiting(room);
}

/** @param {Room} room */
function waiting({ me }) {
  return html`<section class="outcome sheet waiting" aria-label="Votes">
    <p>
      ${
        me.isFacilitator
          ? "Start the vote, and everybody gets cards."
          : "The vote has not started yet."
      }
    </p>
    <p class="small">
      Cards stay face down until the reveal. Nobody sees them, the facilitator included.
    </p>
  </section>`;
}

/** @param {Room} room */
function progressOf(room) {
  const { voted, missing, away, offline, expected } = tally(room);
  const names = missing.map((member) => member.name);
  return html`<section class="outcome sheet voting" aria-label="Votes">
    <p class="count"><b>${voted.length} of ${expected}</b> ${
      expected === 1 ? "has" : "have"
    } voted</p>
    <progress max=${Math.max(expected, 1)} value=${voted.length} aria-hidden="true"></progress>
    <p>
      ${
        names.length
          ? `Waiting for ${listed(names, 4)}.`
          : expected
            ? "Everybody here has voted."
            : "Nobody is here to vote."
      }
    </p>
    ${notWaitedFor("Away", away)} ${notWaitedFor("Offline", offline)}
  </section>`;
}

/**
 * @param {string} how
 * @param {Member[]} members
 */
function notWaitedFor(how, members) {
  return members.length
    ? html`<p class="small">
        ${how}: ${listed(
          members.map((member) => member.name),
          4,
        )}.
      </p>`
    : nothing;
}

/**
 * @param {Room} room
 * @param {Statistics} statistics
 */
function result(room, statistics) {
  const { distribution } = statistics;
  const most = Math.max(...distribution.map(({ count }) => count));
  return html`<section class="outcome sheet result" id="result" aria-labelledby="result-title">
    <h3 id="result-title">Result</h3>
    ${
      distribution.length
        ? html`<ul class="bars">
            ${distribution.map(
              ({ card, count }) => html`<li
                data-far=${statistics.outliers.includes(card)}
              >
                <b>${card}</b>
                <span class="track" aria-hidden="true"
                  ><span .style=${`inline-size: ${(count / most) * 100}%`}></span
                ></span>
                <span
                  >${count}<span class="visually-hidden"
                    >${count === 1 ? " card" : " cards"}</span
                  ></span
                >
              </li>`,
            )}
          </ul>`
        : html`<p>Nobody laid a card.</p>`
    }
    ${facts(statistics)} ${talk(room, statistics)}
  </section>`;
}

/** @param {Statistics} statistics */
function facts({ median, mean, mode, low, high, agreement }) {
  if (median === null) return nothing;
  const spread = low === high ? low : `${low} – ${high}`;
  return html`<dl class="facts">
    <div><dt>Median</dt><dd>${median}</dd></div>
    ${
      mean === null
        ? html`<div><dt>Most often</dt><dd>${mode.join(", ")}</dd></div>`
        : html`<div><dt>Mean</dt><dd>${mean}</dd></div>`
    }
    <div><dt>Spread</dt><dd><bdi>${spread}</bdi></dd></div>
    ${
      agreement === null
        ? nothing
        : html`<div><dt>Agreement</dt><dd>${agreement} %</dd></div>`
    }
  </dl>`;
}

/**
 * @param {Room} room
 * @param {Statistics} statistics
 */
function talk(room, statistics) {
  const { members, round } = room;
  const unsure = namesOf(members, round?.votes ?? [], "?");
  const tired = namesOf(members, round?.votes ?? [], "☕");
  return html`
    ${
      isUnanimous(statistics)
        ? html`<p class="agreed">Everybody said ${statistics.median}.</p>`
        : nothing
    }
    ${
      statistics.outliers.length
        ? html`<p class="talk">${outlierSentence(room)}</p>`
        : nothing
    }
    ${
      unsure.length
        ? html`<p class="talk">
            ${listed(unsure)} ${unsure.length === 1 ? "needs" : "need"} to know more first.
          </p>`
        : nothing
    }
    ${
      tired.length
        ? html`<p class="small">${listed(tired)} would like a break.</p>`
        : nothing
    }
  `;
}

/**
 * "Lukas said 2 and Sofía said 13. Let them speak first."
 *
 * @param {Room} room
 */
export function outlierSentence(room) {
  const groups = outliers(room);
  const sayings = groups.map(({ card, names }) => `${listed(names, 2)} said ${card}`);
  const last = sayings.pop();
  const sentence = sayings.length ? `${sayings.join(", ")} and ${last}` : last;
  return `${sentence}. Let them speak first.`;
}

/**
 * Whether every card with a size is the same, and it is more than one.
 *
 * @param {Statistics} statistics
 */
export function isUnanimous({ low, high, distribution }) {
  const count = distribution.find(({ card }) => card === low)?.count ?? 0;
  return low !== null && low === high && count > 1;
}
