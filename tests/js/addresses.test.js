/** No script writes an address, and every command that one runs is the server's. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { CONFIG } from "./server.js";

const STATIC = new URL("../../static/", import.meta.url);

/** The application's own scripts, by their path. */
const scripts = Object.fromEntries(
  readdirSync(STATIC, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".js") && !path.startsWith("vendor"))
    .map((path) => [path, readFileSync(new URL(path, STATIC), "utf8")]),
);

/** A path at the beginning of a string or an attribute. Imports are relative. */
const WRITTEN_PATH = /(?:["'`]|(?:href|src|action)=)\/(?=[a-z{$"'`])/;
const RUN_COMMAND = /\b(?:run|submit|inRound)\(\s*"([^"]*)"/g;

test("there are scripts to look at", () => {
  assert.ok(Object.keys(scripts).length > 40);
});

describe("no address is written by hand", () => {
  for (const [path, text] of Object.entries(scripts)) {
    test(path, () => {
      assert.doesNotMatch(text, WRITTEN_PATH);
    });
  }

  const written = ['"/s/x/"', "`/s/x", 'href="/"', "'/'", "href=/report/", '"/a/"'];
  for (const each of written) {
    test(`${each} would be one`, () => assert.match(each, WRITTEN_PATH));
  }
});

test("every command that is run is one of the server's", () => {
  const run = Object.values(scripts).flatMap((text) =>
    [...text.matchAll(RUN_COMMAND)].map(([, name]) => name),
  );
  assert.ok(run.length > 10);
  const unknown = run.filter((name) => !Object.hasOwn(CONFIG.commands, name));
  assert.deepEqual(unknown, []);
});

test("every command of the server can be run by somebody", () => {
  const all = Object.values(scripts).join("\n");
  const unused = Object.keys(CONFIG.commands).filter(
    (name) => !all.includes(`"${name}"`),
  );
  assert.deepEqual(unused, []);
});
