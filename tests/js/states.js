/**
 * Replays events through the browser's reducer, for tests/process/test_readers_and_writers.py.
 *
 * Reads one line of JSON, {room, events}, and writes one line of JSON for the room and one
 * for the room after each event.
 *
 * @import {Room, RoomEvent} from "../../static/room/state.js"
 */

import { createInterface } from "node:readline";
import { reduce } from "../../static/room/reducer.js";

createInterface({ input: process.stdin }).once("line", (line) => {
  /** @type {{ room: Room, events: RoomEvent[] }} */
  let { room, events } = JSON.parse(line);
  console.log(JSON.stringify(room));
  for (const event of events) {
    room = reduce(room, [event]);
    console.log(JSON.stringify(room));
  }
});
