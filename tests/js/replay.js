/**
 * Runs the plans of tests/test_recovery.py, one JSON line in, one out: the final state of
 * the browser and of the server.
 *
 * @import {Round} from "../../static/room/state.js"
 */

import { createInterface } from "node:readline";
import { openLivePage } from "./page.js";
import { anEvent, aRound, aVote } from "./rooms.js";
import { createServer } from "./server.js";

/** @typedef {{ do: string, value: number }} Step */

/** @param {Step[]} plan */
async function play(plan) {
  const server = createServer();
  const page = await openLivePage(server);
  let isConnected = true;
  /** The fate of the next events: lost, delayed by so many ms, or sent twice. */
  let lateMs = 0;
  let isLost = false;
  let isDoubled = false;
  server.publish = (event) => {
    const deliver = () => {
      if (isConnected) page.realtime.onEvent(event);
    };
    if (isLost) return;
    page.clock.after(lateMs, deliver);
    if (isDoubled) page.clock.after(lateMs * 2, deliver);
  };
  /**
   * @param {"votes-revealed" | "voting-started"} type
   * @param {Round} round
   */
  const next = (type, round) =>
    server.happens(anEvent(type, server.room.version + 1, { taskId: "first", round }));
  /** @type {Record<string, (value: number) => unknown>} */
  const steps = {
    happens: (value) =>
      server.happens(aVote(server.room.version + 1, "jonas", value % 2 === 0)),
    "votes here": (value) => page.actions.vote(value % 2 ? "5" : ""),
    "votes in another tab": (value) => server.votes(value % 2 ? "8" : ""),
    "tries again": () => page.actions.retryVote(),
    reveals() {
      const [round] = server.room.rounds;
      if (round?.status === "voting")
        next("votes-revealed", { ...round, status: "revealed" });
    },
    "begins a new round"() {
      const number = (server.room.rounds[0]?.number ?? 0) + 1;
      next("voting-started", aRound({ roundId: `round-${number}`, number }));
    },
    "loses events": (value) => {
      isLost = value % 2 === 1;
    },
    "doubles events": (value) => {
      isDoubled = value % 2 === 1;
    },
    "delays events": (value) => {
      lateMs = value;
    },
    "cuts the network": (value) => {
      server.isDown = value % 2 === 1;
    },
    "holds answers": (value) => {
      server.isHolding = value % 2 === 1;
    },
    "releases an answer": (value) => server.release(value),
    drops: () => {
      if (isConnected) page.realtime.onDisconnected();
      isConnected = false;
    },
    connects: () => {
      isConnected = true;
      page.realtime.onSubscribed();
    },
    refreshes: () => page.sync.refresh(),
    waits: () => {},
  };
  for (const step of plan) {
    steps[step.do](step.value);
    await page.clock.pass(step.value);
  }
  server.isDown = false;
  server.isHolding = false;
  for (let answer = 0; answer < 2 * plan.length + 9; answer += 1) server.release();
  await page.clock.pass(65_000);
  return { browser: page.room(), server: server.room, vote: page.ui().vote };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await play(JSON.parse(line))));
}
