/** Templates and those who use them, while people edit both. */
import { describe, expect, it } from "vitest";
import type { RuleSet } from "../../../src/rules/index.ts";
import { RuleDirectory } from "../rule-directory.ts";

const rules = new RuleDirectory();
const errors = (set: RuleSet) => rules.problems(set);
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
  rules.put("a.yaml", using("a"));
  rules.put("b.yaml", using("b", "with: { threshold: 1s }\n"));
  rules.put("plain.yaml", plain);
  rules.put("platform.yaml", template("250ms"));
};

describe("a template", () => {
  it("is found in any file of the folder, and says so in its SLOs", () => {
    putAll();
    const set = rules.load();
    expect(set.problems).toEqual([]);
    expect(set.slos.map(({ id }) => id)).toEqual(["a/latency", "b/latency", "n/x"]);
    expect(set.slos.map(({ source }) => source.template)).toEqual([
      { name: "fast", version: 1, slo: "latency", file: `${rules.root}/platform.yaml`, line: 3 },
      { name: "fast", version: 1, slo: "latency", file: `${rules.root}/platform.yaml`, line: 3 },
      undefined,
    ]);
    expect(set.slos[0]?.source).toMatchObject({ file: `${rules.root}/a.yaml`, line: 3 });
  });

  it("that changes, changes the SLOs of all who use it, and no others", () => {
    putAll();
    const first = rules.load();
    rules.put("platform.yaml", template("500ms"));
    const second = rules.load(first);
    expect([thresholdOf(second, "a/latency"), thresholdOf(second, "b/latency")]).toEqual([
      500, 1000,
    ]);
    const ofPlain = (set: RuleSet) => set.slos.find(({ id }) => id === "n/x");
    expect(ofPlain(second)).toBe(ofPlain(first));
  });

  it("that nobody uses is no problem, and a file of templates runs no SLO", () => {
    rules.put("platform.yaml", template("250ms"));
    const set = rules.load();
    expect(set.problems).toEqual([]);
    expect(set.files).toMatchObject([{ state: "loaded", sloCount: 0 }]);
  });

  it.each([
    ["has a fault", template("250ms").replace("metric:", "metrik:"), "platform.yaml:6 unknown-key"],
    ["is no YAML", "a: [", "platform.yaml:1 yaml-syntax"],
  ])("that %s keeps its last good version in force, also for edits", (_, text, error) => {
    putAll();
    const first = rules.load();
    rules.put("platform.yaml", text);
    rules.put("a.yaml", using("a", "slos: { latency: { objective: 99.5% } }\n"));
    rules.put("c.yaml", using("c"));
    const second = rules.load(first);
    expect(errors(second)).toContain(error);
    expect(rules.states(second)).toEqual({
      "a.yaml": "loaded",
      "b.yaml": "loaded",
      "c.yaml": "loaded",
      "plain.yaml": "loaded",
      "platform.yaml": "kept-last-good",
    });
    expect(objectiveOf(second, "a/latency")).toBe("99.5%");
    expect(thresholdOf(second, "c/latency")).toBe(250);
    const third = rules.load(second);
    expect(third.slos).toEqual(second.slos);
    rules.put("platform.yaml", template("100ms"));
    const mended = rules.load(third);
    expect(mended.problems).toEqual([]);
    expect(thresholdOf(mended, "a/latency")).toBe(100);
  });

  it("that is withdrawn leaves the SLOs of those who use it running, and says so to them", () => {
    putAll();
    const first = rules.load();
    rules.remove("platform.yaml");
    const second = rules.load(first);
    expect(second.slos).toEqual(first.slos);
    expect(errors(second)).toEqual(["a.yaml:3 missing-reference", "b.yaml:3 missing-reference"]);
  });

  it("that was never sound is told where it is, and where it is used", () => {
    putAll();
    rules.put("platform.yaml", template("250ms", "0.99"));
    const set = rules.load();
    expect(errors(set)).toEqual([
      "a.yaml:3 template-unsound",
      "b.yaml:3 template-unsound",
      "platform.yaml:6 objective-sign",
    ]);
    expect(set.slos.map(({ id }) => id)).toEqual(["n/x"]);
  });

  it("that does not suit one who uses it stops that one alone", () => {
    putAll();
    const first = rules.load();
    rules.put("platform.yaml", template("500ms"));
    rules.put("b.yaml", using("b", "with: { threshold: 1 }\n"));
    const second = rules.load(first);
    expect(errors(second)).toEqual(["b.yaml:4 invalid-argument"]);
    expect(rules.states(second)).toMatchObject({ "a.yaml": "loaded", "b.yaml": "kept-last-good" });
    expect([thresholdOf(second, "a/latency"), thresholdOf(second, "b/latency")]).toEqual([
      500, 1000,
    ]);
  });
});
