/**
 * The result of a vote. Until the reveal the same place shows who has not voted yet, so
 * that the reveal does not move the layout.
 */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { currentRound, hasEnded, may, namesOf, outliers, tally } from "../selectors.js";
import { formatList } from "./words.js";

/** @import {Member, Room, Round, Statistics} from "../state.js" */

/** @param {Room} room */
export function outcome(room) {
  if (hasEnded(room)) return nothing;
  const round = currentRound(room);
  if (round?.statistics) return result(room, round, round.statistics);
  return round ? progressOf(room) : notStarted(room);
}

/** @param {Room} room */
function notStarted(room) {
  return html`<section class="outcome sheet waiting" aria-label="Votes">
    <p>
      ${
        may(room, "run")
          ? "Start the vote, and everybody can choose a card."
          : "The vote has not started yet."
      }
    </p>
    <p class="small">
      Cards stay face down until the reveal. Nobody can see them, not even the facilitator.
    </p>
  </section>`;
}

/** @param {Room} room */
function progressOf(room) {
  const { voted, missing, away, offline, expected } = tally(room);
  const names = missing.map((member) => member.name);
  return html`<section class="outcome sheet voting" aria-label="Votes">
    <p class="count"><b translate="no">${voted.length} of ${expected}</b> ${
      expected === 1 ? "has" : "have"
    } voted</p>
    <progress max=${Math.max(expected, 1)} value=${voted.length} aria-hidden="true"></progress>
    <p>
      ${
        names.length
          ? `Waiting for ${formatList(names, 4)}.`
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
        ${how}: ${formatList(
          members.map((member) => member.name),
          4,
        )}.
      </p>`
    : nothing;
}

/**
 * @param {Room} room
 * @param {Round} round
 * @param {Statistics} statistics
 */
function result(room, round, statistics) {
  const { distribution } = statistics;
  const most = Math.max(...distribution.map(({ count }) => count));
  return html`<section class="outcome sheet result" id="result" aria-labelledby="result-title" tabindex="-1">
    <h3 id="result-title">Result</h3>
    ${
      distribution.length
        ? html`<ul class="bars">
            ${distribution.map(
              ({ card, count }) => html`<li
                data-outlier=${statistics.outliers.includes(card)}
              >
                <b translate="no">${card}</b>
                <span class="track" aria-hidden="true"
                  ><span .style=${`inline-size: ${(count / most) * 100}%`}></span
                ></span>
                <span
                  ><span translate="no">${count}</span><span class="visually-hidden"
                    >${count === 1 ? " card" : " cards"}</span
                  ></span
                >
              </li>`,
            )}
          </ul>`
        : html`<p>Nobody voted.</p>`
    }
    ${summary(statistics)} ${discussion(room, round, statistics)}
  </section>`;
}

/** @param {Statistics} statistics */
function summary({ median, mean, mode, low, high, agreement }) {
  if (median === null) return nothing;
  const spread = low === high ? low : `${low} – ${high}`;
  return html`<dl class="statistics">
    <div><dt>Median</dt><dd translate="no">${median}</dd></div>
    ${
      mean === null
        ? html`<div><dt>Most common</dt><dd translate="no">${mode.join(", ")}</dd></div>`
        : html`<div><dt>Mean</dt><dd translate="no">${mean}</dd></div>`
    }
    <div><dt>Spread</dt><dd translate="no"><bdi>${spread}</bdi></dd></div>
    ${
      agreement === null
        ? nothing
        : html`<div><dt>Agreement</dt><dd translate="no">${agreement}%</dd></div>`
    }
  </dl>`;
}

/**
 * @param {Room} room
 * @param {Round} round
 * @param {Statistics} statistics
 */
function discussion(room, { votes = [] }, statistics) {
  const unsure = namesOf(room.members, votes, "?");
  const tired = namesOf(room.members, votes, "☕");
  return html`
    ${
      isUnanimous(statistics)
        ? html`<p class="agreed">Everybody voted ${statistics.median}.</p>`
        : nothing
    }
    ${
      statistics.outliers.length
        ? html`<p class="callout">${outlierSentence(room)}</p>`
        : nothing
    }
    ${
      unsure.length
        ? html`<p class="callout">
            ${formatList(unsure)} ${unsure.length === 1 ? "needs" : "need"} more information.
          </p>`
        : nothing
    }
    ${
      tired.length
        ? html`<p class="small">${formatList(tired)} would like a break.</p>`
        : nothing
    }
  `;
}

/**
 * "Lukas voted 2 and Sofía voted 13. Let them speak first."
 *
 * @param {Room} room
 */
export function outlierSentence(room) {
  const groups = outliers(room);
  const phrases = groups.map(
    ({ card, names }) => `${formatList(names, 2)} voted ${card}`,
  );
  const last = phrases.pop();
  const sentence = phrases.length ? `${phrases.join(", ")} and ${last}` : last;
  return `${sentence}. Let them speak first.`;
}

/**
 * Whether all estimates are the same card, and there is more than one.
 *
 * @param {Statistics} statistics
 */
export function isUnanimous({ low, high, distribution }) {
  const count = distribution.find(({ card }) => card === low)?.count ?? 0;
  return low !== null && low === high && count > 1;
}
