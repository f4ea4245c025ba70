/** What each viewer reads and can press, in every state of the room. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aMember, aRoom, aRoomAtRest, aRound, aTask } from "./rooms.js";
import {
  aFinishedQueue,
  anEmptyRoom,
  aRevealedRoom,
  asObserver,
  asVoter,
  draw,
  LINKS,
  props,
} from "./view.js";

/** @import {Ability, Room} from "../../static/room/state.js" */

const DECK = ["1", "2", "3", "5", "8", "?", "☕"];
const CARD_NAMES = [
  ...DECK.slice(0, -2),
  "Question mark: I'm not sure",
  "Coffee: I need a break",
];

/** @param {Ability[]} may */
const aVoterWho =
  (...may) =>
  (/** @type {Room} */ room) =>
    asVoter(room, ["vote", ...may]);

/** @type {Record<string, (room: Room) => Room>} */
const VIEWERS = {
  facilitator: (room) => room,
  voter: aVoterWho(),
  observer: (room) => asObserver(room),
  "voter who may reveal": aVoterWho("reveal"),
  "voter who may run": aVoterWho("run"),
  "voter who may edit tasks": aVoterWho("editTasks"),
  "voter who may manage": aVoterWho("manage"),
};

const aVotedRoom = () => aRoom({ rounds: [aRound({ votedUserIds: ["amira"] })] });
const aSettledRoom = () =>
  aRevealedRoom({ Amira: "5", Jonas: "8" }, { median: "5", suggestion: "5" });
const anEndedRoom = () => {
  const room = aFinishedQueue();
  return {
    ...room,
    session: { ...room.session, status: /** @type {const} */ ("ended") },
  };
};

/**
 * Checks what each viewer can press in one part of the page.
 *
 * @param {string} selector
 * @param {() => Room} room
 * @param {Record<string, string[]>} expected by viewer; others can press nothing
 */
function pressable(selector, room, expected) {
  for (const [viewer, see] of Object.entries(VIEWERS)) {
    const names = expected[viewer] ?? [];
    test(`${viewer}: ${names.join(", ") || "nothing"}`, () => {
      assert.deepEqual(draw(props(see(room()))).buttonsIn(selector), names);
    });
  }
}

describe("the next action", () => {
  const both = { facilitator: ["Skip", "Start: The first"] };
  describe("before a vote", () =>
    pressable(".next-action", aRoomAtRest, {
      ...both,
      "voter who may run": ["Skip", "Start: The first"],
    }));

  describe("with nothing in the queue", () =>
    pressable(".next-action", anEmptyRoom, {
      facilitator: ["Start a vote"],
      "voter who may run": ["Start a vote"],
    }));

  describe("while nobody has voted", () =>
    pressable(".next-action", aRoom, {
      facilitator: ["Skip"],
      "voter who may run": ["Skip"],
    }));

  describe("while one vote is missing", () =>
    pressable(".next-action", aVotedRoom, {
      facilitator: ["Skip", "Reveal, 1 missing"],
      "voter who may reveal": ["Reveal, 1 missing"],
      "voter who may run": ["Skip"],
    }));

  describe("after the reveal", () => {
    const steps = ["Another card", "Vote again", "Agree on 5"];
    const cards = [...DECK.slice(0, -2), "Skip without an estimate"];
    pressable(".next-action", aSettledRoom, {
      facilitator: [...steps, ...cards],
      "voter who may run": [...steps, ...cards],
    });
  });

  describe("once the session has ended", () =>
    pressable(
      ".next-action",
      anEndedRoom,
      Object.fromEntries(
        Object.keys(VIEWERS).map((viewer) => [viewer, ["See the report"]]),
      ),
    ));
});

describe("the menu", () => {
  const everybody = ["Report", "Keyboard shortcuts", "Leave…"];
  const manager = [
    "Report",
    "Keyboard shortcuts",
    "Settings",
    "End the session…",
    "Leave…",
  ];
  const reopening = manager.with(3, "Reopen the session");

  /** @param {string[]} withRights */
  const expected = (withRights) => ({
    ...Object.fromEntries(Object.keys(VIEWERS).map((viewer) => [viewer, everybody])),
    facilitator: withRights,
    "voter who may manage": withRights,
  });

  describe("shows settings and the end to whoever may manage", () =>
    pressable(".menu", aRoom, expected(manager)));
  describe("offers them to reopen what has ended", () =>
    pressable(".menu", anEndedRoom, expected(reopening)));
});

describe("the queue", () => {
  const rows = ["The first voting", "The second"];
  describe("is changed by whoever may edit tasks", () =>
    pressable(".queue", aRoom, {
      facilitator: [...rows, "Add"],
      "voter who may edit tasks": [...rows, "Add"],
    }));

  test("says what is done, and each task's key or where its link leads", () => {
    const tasks = [
      aTask("first", { status: "finalized", storyPoints: "5", key: "PAY-1" }),
      aTask("second", { status: "skipped" }),
      aTask("third", { link: "https://www.tracker.example/7" }),
    ];
    const { in: read } = draw(
      props(aRoom({ tasks, rounds: [], currentTaskId: "third" })),
    );
    assert.equal(
      read(".queue ol"),
      "The first PAY-1 Estimate: 5 The second skipped The third tracker.example · next",
    );
    assert.equal(read(".queue header"), "Queue 1 of 3 estimated · 5 points");
  });

  test("says in which round a task is", () => {
    const voting = aRoom({ rounds: [aRound({ number: 2 })] });
    assert.match(draw(props(voting)).in(".queue"), /The first voting, round 2/);
    assert.match(draw(props(aSettledRoom())).in(".queue"), /The first discussing/);
  });

  test("teaches whoever may fill it, and nobody else", () => {
    const room = anEmptyRoom();
    assert.match(draw(props(room)).in(".queue"), /Type a title below/);
    assert.doesNotMatch(draw(props(asVoter(room))).in(".queue"), /Type a title/);
  });

  test("of what has ended is not changed", () => {
    assert.deepEqual(draw(props(anEndedRoom())).buttonsIn(".queue"), []);
  });
});

describe("the hand", () => {
  const hand = ".own";
  for (const [viewer, see] of Object.entries(VIEWERS)) {
    if (viewer === "observer") continue;
    test(`${viewer}: every card while voting, none before`, () => {
      assert.deepEqual(draw(props(see(aRoom()))).buttonsIn(hand), CARD_NAMES);
      const atRest = draw(props(see(aRoomAtRest())));
      assert.deepEqual(atRest.buttonsIn(hand), []);
      assert.match(atRest.in(hand), /You can choose a card once voting starts\./);
    });
  }

  test("observer: no cards, but the way to have some", () => {
    const screen = draw(props(asObserver(aRoom())));
    assert.deepEqual(screen.buttonsIn(hand), ["Vote instead"]);
    assert.match(screen.in(hand), /You are observing, so you have no cards\./);
  });

  test("is put away in a session that has ended", () => {
    assert.equal(draw(props(anEndedRoom())).in(".own"), "");
  });

  const sentences = /** @type {const} */ ([
    ["without a card", {}, null, /^Choose a card\. Nobody sees it until the reveal\./],
    ["with a saved card", { first: "5" }, null, /^5 is saved, face down\./],
    ["while it is saved", {}, ["8", "saving"], /^8 is being saved…/],
    [
      "while it is taken back",
      { first: "5" },
      ["", "saving"],
      /^Taking your vote back/,
    ],
    ["when it failed", {}, ["8", "failed"], /^8 was not saved\. No answer\. Try again/],
    [
      "when that failed",
      {},
      ["", "failed"],
      /^Your vote was not taken back\. No answer/,
    ],
  ]);
  for (const [how, votes, own, sentence] of sentences) {
    test(`says how one's vote is: ${how}`, () => {
      const room = aRoom();
      const vote = own && { card: own[0], status: own[1], message: "No answer." };
      const given = props(
        { ...room, me: { ...room.me, votes: { ...votes } } },
        { vote },
      );
      assert.match(draw(given).in(hand), sentence);
    });
  }

  test("marks one's own card", () => {
    const room = aRoom();
    const given = props({ ...room, me: { ...room.me, votes: { first: "5" } } });
    const pressed = draw(given).root.querySelectorAll(".own [aria-pressed=true]");
    assert.deepEqual(
      [...pressed].map((each) => each.textContent.trim()),
      ["5"],
    );
  });

  test("says after the reveal what one voted", () => {
    assert.match(draw(props(aSettledRoom())).in(hand), /^You voted 5\./);
    assert.match(draw(props(asVoter(aSettledRoom()))).in(hand), /^You didn't vote\./);
  });
});

describe("the table", () => {
  test("of one person shows how to invite others", () => {
    const screen = draw(props(anEmptyRoom()));
    assert.match(screen.in(".table"), /You are the only one here/);
    assert.equal(screen.root.querySelector("img")?.getAttribute("src"), LINKS.qr);
    const field = screen.root.querySelector(".alone input");
    assert.equal(field?.getAttribute("value"), LINKS.invite);
    assert.equal(screen.root.querySelectorAll(".seat").length, 0);
  });

  test("shows who has voted, and nobody's card", () => {
    const screen = draw(props(aVotedRoom()));
    assert.equal(screen.in(".seats"), "Amira (you) has voted Jonas has not voted");
    assert.deepEqual(faces(screen), ["back", "none"]);
    assert.match(screen.in(".outcome"), /^1 of 2 has voted|^1 of 2 have voted/);
    assert.match(screen.in(".outcome"), /Waiting for Jonas\./);
    assert.match(screen.in(".seats-place"), /Observing: Tom/);
  });

  test("says when everybody has voted", () => {
    const room = aRoom({ rounds: [aRound({ votedUserIds: ["amira", "jonas"] })] });
    const screen = draw(props(room));
    assert.match(screen.in(".outcome"), /2 of 2 have voted Everybody here has voted\./);
    assert.deepEqual(screen.buttonsIn(".next-action"), ["Skip", "Reveal"]);
  });

  test("does not wait for those who are away or offline, and says so", () => {
    const members = [
      aMember("amira"),
      aMember("jonas", { isAway: true }),
      aMember("lena", { isOnline: false }),
    ];
    const screen = draw(props({ ...aVotedRoom(), members }));
    assert.match(screen.in(".outcome"), /1 of 1 has voted/);
    assert.match(screen.in(".outcome"), /Away: Jonas\. Offline: Lena\./);
    assert.match(screen.in(".seats"), /Jonas has not voted away/);
  });

  test("names the task, its round, and what is known of it", () => {
    const tasks = [
      aTask("first", {
        status: "voting",
        key: "PAY-124",
        link: "https://jira.example/browse/PAY-124",
        hasDescription: true,
      }),
    ];
    const current = { description: "Single items.", descriptionHtml: "", note: "" };
    const rounds = [aRound({ number: 2 })];
    const screen = draw(props(aRoom({ tasks, rounds, current })));
    assert.equal(screen.in(".task"), "PAY-124 ↗ Round 2 Edit The first Single items.");
    assert.deepEqual(screen.links(screen.root.querySelector(".task")), [
      "https://jira.example/browse/PAY-124",
    ]);
    const other = draw(props(asVoter(aRoom({ tasks, rounds, current }))));
    assert.equal(other.in(".task"), "PAY-124 ↗ Round 2 The first Single items.");
  });

  test("shows a key without a link as text", () => {
    const tasks = [aTask("first", { status: "voting", key: "PAY-124" })];
    const screen = draw(props(aRoom({ tasks })));
    assert.match(screen.in(".task"), /^PAY-124 Round 1/);
    assert.deepEqual(screen.links(screen.root.querySelector(".task")), []);
  });

  test("lets a quick vote be named", () => {
    const tasks = [aTask("first", { status: "voting", title: "" })];
    const screen = draw(props(aRoom({ tasks })));
    assert.equal(screen.in(".task"), "Round 1 Name it Quick vote");
  });

  test("says when the queue is done, and leads to the report", () => {
    const screen = draw(props(aFinishedQueue()));
    assert.match(screen.in(".task"), /All tasks are done/);
    assert.match(screen.in(".task"), /Add another task/);
    assert.deepEqual(screen.links(screen.root.querySelector(".task")), [LINKS.report]);
    assert.doesNotMatch(draw(props(asVoter(aFinishedQueue()))).in(".task"), /Add/);
  });

  test("says that the session has ended", () => {
    const screen = draw(props(anEndedRoom()));
    assert.match(screen.in(".task"), /This session has ended/);
    assert.equal(screen.in(".outcome"), "");
  });

  test("keeps a seat for each of thirty people, in rows of equal length", () => {
    const members = Array.from({ length: 30 }, (_, place) =>
      aMember(`member ${place}`),
    );
    const screen = draw(props(aRoom({ members })));
    assert.equal(screen.root.querySelectorAll(".seat").length, 30);
    assert.equal(
      screen.root.querySelector(".table")?.getAttribute("data-crowd"),
      "crowd",
    );
    assert.match(screen.in(".outcome"), /Waiting for Member 0, .* and 27 others\./);
  });
});

describe("the result", () => {
  test("names those furthest apart, and asks them to speak", () => {
    const cards = { Amira: "5", Jonas: "5", Lukas: "2", Sofía: "13" };
    const statistics = {
      mean: 6.25,
      median: "5",
      low: "2",
      high: "13",
      agreement: 50,
      outliers: ["2", "13"],
      suggestion: "5",
    };
    const screen = draw(props(aRevealedRoom(cards, statistics)));
    assert.equal(
      screen.in(".result"),
      "Result 5 2 cards 2 1 card 13 1 card Median 5 Mean 6.25 Spread 2 – 13 " +
        "Agreement 50% Lukas voted 2 and Sofía voted 13. Let them speak first.",
    );
    assert.deepEqual(faces(screen), ["front", "front", "front", "front"]);
    assert.match(screen.in(".seats"), /^5 Amira \(you\) 5 5 Jonas 5 2 Lukas 2/);
    assert.equal(screen.root.querySelectorAll(".seat [data-outlier=true]").length, 2);
  });

  test("says when everybody agrees", () => {
    const statistics = { mean: 5, median: "5", low: "5", high: "5", agreement: 100 };
    const screen = draw(props(aRevealedRoom({ Amira: "5", Jonas: "5" }, statistics)));
    assert.match(screen.in(".result"), /Everybody voted 5\./);
    assert.match(screen.in(".result"), /Spread 5 Agreement/);
  });

  test("of special cards alone has no number to agree on, but says what they mean", () => {
    const screen = draw(props(aRevealedRoom({ Amira: "?", Jonas: "☕" })));
    assert.match(screen.in(".result"), /Amira needs more information\./);
    assert.match(screen.in(".result"), /Jonas would like a break\./);
    assert.doesNotMatch(screen.in(".result"), /Median/);
    assert.match(
      screen.in(".next-action"),
      /^No numeric votes Agree on a card Vote again/,
    );
    assert.deepEqual(screen.buttonsIn(".next-action > .buttons"), ["Vote again"]);
  });

  test("of a wordy deck has the most common cards in place of a mean", () => {
    const statistics = { median: "M", mode: ["M", "L"], low: "M", high: "L" };
    const screen = draw(props(aRevealedRoom({ Amira: "M", Jonas: "L" }, statistics)));
    assert.match(screen.in(".result"), /Median M Most common M, L Spread M – L/);
  });

  test("is told to a voter, who waits for the estimate", () => {
    const screen = draw(props(asVoter(aSettledRoom())));
    assert.match(screen.in(".result"), /Median 5/);
    assert.equal(screen.in(".next-action"), "Amira will record the estimate.");
  });
});

describe("the line of state", () => {
  /** @type {[string, Partial<import("../../static/room/state.js").Ui>, string, RegExp | null][]} */
  const states = [
    ["live", { connection: "live" }, "Live", null],
    ["connecting", { connection: "reconnecting" }, "Connecting", null],
    ["slow", { connection: "slow" }, "Slow mode", /^Slow mode: .* Nothing is lost\.$/],
    [
      "offline",
      { connection: "offline" },
      "Offline",
      /^The server cannot be reached\. .* this page keeps trying\.$/,
    ],
    [
      "a sign-in in front, though the connection lives",
      {
        connection: "live",
        obstacle: { kind: "sign-in", status: 0, message: "It wants you to sign in." },
      },
      "Offline",
      /^It wants you to sign in\. Reload$/,
    ],
    [
      "an answer of something else",
      {
        connection: "offline",
        obstacle: { kind: "foreign", status: 502, message: "Something answers (502)." },
      },
      "Offline",
      /^Something answers \(502\)\. .* this page keeps trying\.$/,
    ],
  ];
  for (const [name, ui, label, banner] of states) {
    test(name, () => {
      const screen = draw(props(aRoom(), ui));
      assert.equal(screen.in(".live"), label);
      if (banner) assert.match(screen.in(".banner"), banner);
      else assert.equal(screen.in(".banner"), "");
    });
  }

  test("leads to the page itself when one has to sign in", () => {
    const obstacle = /** @type {const} */ ({ kind: "sign-in", status: 0, message: "" });
    const sentence = { ...obstacle, message: "Sign in. Reload the page." };
    const screen = draw(props(aRoom(), { obstacle: sentence }));
    assert.deepEqual(screen.links(screen.root.querySelector(".banner")), [LINKS.room]);
  });
});

describe("a page whose room is over", () => {
  for (const [code, ways] of /** @type {const} */ ([
    ["left", ["Home", "Join again"]],
    ["removed", ["Home", "Join again"]],
    ["not-a-member", ["Home", "Join again"]],
    ["out-of-date", ["Home", "Reload"]],
    ["session-deleted", ["Home"]],
  ])) {
    test(`${code}: says so, and leads to ${ways.join(" and ")}`, () => {
      const departed = { code, message: "The sentence that says why." };
      const screen = draw(props(aRoom(), { departed }));
      const home = screen.root.querySelector(".bar .home");
      assert.equal(home?.getAttribute("href"), LINKS.home);
      assert.equal(
        screen.in("main"),
        `Payments The sentence that says why. ${ways.join(" ")}`,
      );
      const targets = [LINKS.home, LINKS.room].slice(0, ways.length);
      assert.deepEqual(screen.links(screen.root.querySelector("main")), targets);
      assert.equal(screen.root.querySelectorAll(".button.next").length, 1);
    });
  }
});

describe("every page", () => {
  const rooms = {
    empty: anEmptyRoom,
    "at rest": aRoomAtRest,
    voting: aVotedRoom,
    revealed: aSettledRoom,
    done: aFinishedQueue,
    ended: anEndedRoom,
  };
  for (const [state, room] of Object.entries(rooms)) {
    for (const [viewer, see] of Object.entries(VIEWERS)) {
      const screen = draw(props(see(room())));

      test(`${state}, ${viewer}: one primary button at most`, () => {
        assert.ok(screen.root.querySelectorAll(".button.next").length <= 1);
      });

      test(`${state}, ${viewer}: links come from the page's configuration`, () => {
        const known = [LINKS.home, LINKS.report, "#table"];
        assert.deepEqual(
          screen.links().filter((link) => !known.includes(link ?? "")),
          [],
        );
      });
    }
  }
});

/** @param {ReturnType<typeof draw>} screen */
function faces({ root }) {
  return [...root.querySelectorAll(".seat .card")].map((each) =>
    each.getAttribute("data-face"),
  );
}
