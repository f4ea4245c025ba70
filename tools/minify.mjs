/**
 * Minifies scripts, one at a time: a line of JSON in, `{script}`, one out, `{minified}`.
 * planning_poker/static_files.py talks to it while static files are collected.
 */

import { createInterface } from "node:readline";
import { minify } from "terser";

const MODULE = /^(?:import|export)\b/m;

for await (const line of createInterface({ input: process.stdin })) {
  const { script } = JSON.parse(line);
  const { code } = await minify(script, {
    module: MODULE.test(script),
    format: { comments: /@license/ },
  });
  console.log(JSON.stringify({ minified: code }));
}
