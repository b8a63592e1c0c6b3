/** Templates and those who use them, while people edit both. Real files in a temporary directory. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadRules, type RuleSet } from "../../../src/rules/index.ts";

let root: string;
let clock = 0;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "slowburn-templates-"));
  clock = 1_000;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (file: string, text: string) => writeFileSync(join(root, file), text);
const load = (previous?: RuleSet) =>
  loadRules(root, {
    bucketMs: 10_000,
    now: () => ++clock,
    ...(previous === undefined ? {} : { previous }),
  });
const states = (set: RuleSet) =>
  Object.fromEntries(set.files.map(({ file, state }) => [file.slice(root.length + 1), state]));
const errors = (set: RuleSet) =>
  set.problems.map(({ code, file, line }) => `${file?.slice(root.length + 1)}:${line} ${code}`);
const thresholdOf = (set: RuleSet, id: string) => {
  const indicator = set.slos.find((slo) => slo.id === id)?.indicator;
  return indicator?.kind === "latency" ? indicator.thresholdNanos / 1e6 : undefined;
};
const objectiveOf = (set: RuleSet, id: string) =>
  set.slos.find((slo) => slo.id === id)?.objective.text;

const HEAD = "apiVersion: slowburn/v1\n";
const template = (threshold: string, objective = "99%") => `${HEAD}templates:
  fast@1:
    parameters: { threshold: { type: duration, default: ${threshold} } }
    slos:
      latency: { objective: ${objective}, sli: { metric: m, faster: { param: threshold } } }
`;
const using = (service: string, rest = "") => `${HEAD}service: ${service}\nuse: fast@1\n${rest}`;
const plain = `${HEAD}service: n\nslos: { x: { objective: 99%, sli: { metric: m, bad: { e: 1 } } } }\n`;

const putAll = () => {
  put("a.yaml", using("a"));
  put("b.yaml", using("b", "with: { threshold: 1s }\n"));
  put("plain.yaml", plain);
  put("platform.yaml", template("250ms"));
};

describe("a template", () => {
  it("is found in any file of the folder, and says so in its SLOs", () => {
    putAll();
    const set = load();
    expect(set.problems).toEqual([]);
    expect(set.slos.map(({ id }) => id)).toEqual(["a/latency", "b/latency", "n/x"]);
    expect(set.slos.map(({ source }) => source.template)).toEqual([
      { name: "fast", version: 1, slo: "latency", file: `${root}/platform.yaml`, line: 3 },
      { name: "fast", version: 1, slo: "latency", file: `${root}/platform.yaml`, line: 3 },
      undefined,
    ]);
    expect(set.slos[0]?.source).toMatchObject({ file: `${root}/a.yaml`, line: 3 });
  });

  it("that changes, changes the SLOs of all who use it, and no others", () => {
    putAll();
    const first = load();
    put("platform.yaml", template("500ms"));
    const second = load(first);
    expect([thresholdOf(second, "a/latency"), thresholdOf(second, "b/latency")]).toEqual([
      500, 1000,
    ]);
    const ofPlain = (set: RuleSet) => set.slos.find(({ id }) => id === "n/x");
    expect(ofPlain(second)).toBe(ofPlain(first));
  });

  it("that nobody uses is no problem, and a file of templates runs no SLO", () => {
    put("platform.yaml", template("250ms"));
    const set = load();
    expect(set.problems).toEqual([]);
    expect(set.files).toMatchObject([{ state: "loaded", sloCount: 0 }]);
  });

  it.each([
    ["has a fault", template("250ms").replace("metric:", "metrik:"), "platform.yaml:6 unknown-key"],
    ["is no YAML", "a: [", "platform.yaml:1 yaml-syntax"],
  ])("that %s keeps its last good version in force, also for edits", (_, text, error) => {
    putAll();
    const first = load();
    put("platform.yaml", text);
    put("a.yaml", using("a", "slos: { latency: { objective: 99.5% } }\n"));
    put("c.yaml", using("c"));
    const second = load(first);
    expect(errors(second)).toContain(error);
    expect(states(second)).toEqual({
      "a.yaml": "loaded",
      "b.yaml": "loaded",
      "c.yaml": "loaded",
      "plain.yaml": "loaded",
      "platform.yaml": "kept-last-good",
    });
    expect(objectiveOf(second, "a/latency")).toBe("99.5%");
    expect(thresholdOf(second, "c/latency")).toBe(250);
    const third = load(second);
    expect(third.slos).toEqual(second.slos);
    put("platform.yaml", template("100ms"));
    const mended = load(third);
    expect(mended.problems).toEqual([]);
    expect(thresholdOf(mended, "a/latency")).toBe(100);
  });

  it("that is withdrawn leaves the SLOs of those who use it running, and says so to them", () => {
    putAll();
    const first = load();
    rmSync(join(root, "platform.yaml"));
    const second = load(first);
    expect(second.slos).toEqual(first.slos);
    expect(errors(second)).toEqual(["a.yaml:3 missing-reference", "b.yaml:3 missing-reference"]);
  });

  it("that was never sound is told where it is, and where it is used", () => {
    putAll();
    put("platform.yaml", template("250ms", "0.99"));
    const set = load();
    expect(errors(set)).toEqual([
      "a.yaml:3 template-unsound",
      "b.yaml:3 template-unsound",
      "platform.yaml:6 objective-sign",
    ]);
    expect(set.slos.map(({ id }) => id)).toEqual(["n/x"]);
  });

  it("that does not suit one who uses it stops that one alone", () => {
    putAll();
    const first = load();
    put("platform.yaml", template("500ms"));
    put("b.yaml", using("b", "with: { threshold: 1 }\n"));
    const second = load(first);
    expect(errors(second)).toEqual(["b.yaml:4 invalid-argument"]);
    expect(states(second)).toMatchObject({ "a.yaml": "loaded", "b.yaml": "kept-last-good" });
    expect([thresholdOf(second, "a/latency"), thresholdOf(second, "b/latency")]).toEqual([
      500, 1000,
    ]);
  });
});
