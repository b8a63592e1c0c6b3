/** Every script of this folder and of rules/, as it is and with crashes all over it: the verdicts must be the same. */
import { describe, expect, test } from "vitest";
import { readScript, renderVerdict, runScript, type Script } from "../../src/ruletest/index.ts";
import { filesBelow, textOf } from "../tidy/tree.ts";

const SCRIPTS = [...filesBelow("test/conformance", [".slo"]), ...filesBelow("rules", [".slo"])];

const scriptOf = (file: string): Script => {
  const { script, problems } = readScript(file, textOf(file));
  expect(problems).toEqual([]);
  return script!;
};

describe.each(SCRIPTS)("%s", (file) => {
  test("holds, and holds the same with a crash between any two lines and within any move of the clock", () => {
    const script = scriptOf(file);
    const verdict = runScript(script);
    const settings = { colour: false, sources: new Map([[file, script.text]]) };
    expect(renderVerdict(verdict, settings)).toMatch(/^pass /);
    expect(runScript(script, { crashesAlways: true })).toEqual(verdict);
  });

  test("says of each test what its numbers come from", () => {
    const lines = textOf(file).split("\n");
    expect(lines[0], "a script begins with what it pins").toMatch(/^# [A-Z]/);
  });
});

test("there are scripts", () => {
  expect(SCRIPTS.length).toBeGreaterThan(10);
});
