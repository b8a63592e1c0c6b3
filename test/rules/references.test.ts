/** Objects of one file that SLOs of another refer to, while people edit both. */
import { describe, expect, it } from "vitest";
import { readRuleFiles, type RuleSet } from "../../src/rules/index.ts";
import { RuleDirectory } from "./rule-directory.ts";

const rules = new RuleDirectory();
const errors = (set: RuleSet) => rules.problems(set, ["error"]);
const metricOf = (set: RuleSet, id: string) => {
  const indicator = set.slos.find((slo) => slo.id === id)?.indicator;
  return indicator?.kind === "sums" ? indicator.part[0]?.metric : undefined;
};

const sli = (name: string, metric: string) =>
  `apiVersion: openslo/v1
kind: SLI
metadata: { name: ${name} }
spec:
  ratioMetric:
    bad: { metricSource: { metricSourceRef: metrics, spec: { query: ${metric} } } }
    total: { metricSource: { metricSourceRef: metrics, spec: { query: total } } }
---
`;
const source = (type: string) =>
  `apiVersion: openslo/v1
kind: DataSource
metadata: { name: metrics }
spec: { type: ${type} }
---
`;
const slo = (name: string, reference: string) =>
  `apiVersion: openslo/v1
kind: SLO
metadata: { name: ${name}, annotations: { slowburn.dev/alerts: none } }
spec:
  service: s
  indicatorRef: ${reference}
  timeWindow: [{ duration: 30d }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.99 }]
---
`;
const native =
  "apiVersion: slowburn/v1\nservice: n\nslos: { x: { objective: 99%, sli: { metric: m, bad: { e: 1 } } } }\n";

const putAll = () => {
  rules.put("a.yaml", slo("a", "errors"));
  rules.put("b.yaml", slo("b", "timeouts"));
  rules.put("native.yaml", native);
  rules.put("slis.yaml", sli("errors", "errors") + sli("timeouts", "timeouts"));
  rules.put("sources.yaml", source("prometheus"));
};

describe("a reference across files", () => {
  it("is followed, two files deep", () => {
    putAll();
    const set = rules.load();
    expect(set.problems).toEqual([]);
    expect(set.slos.map(({ id }) => id)).toEqual(["n/x", "s/a", "s/b"]);
    expect(metricOf(set, "s/a")).toBe("errors");
  });

  it("brings an edit to the SLOs that use it, and to no others", () => {
    putAll();
    const first = rules.load();
    rules.put("slis.yaml", sli("errors", "faults") + sli("timeouts", "timeouts"));
    const second = rules.load(first);
    expect(metricOf(second, "s/a")).toBe("faults");
    const ofBoth = (id: string) =>
      [first, second].map((set) => set.slos.find((each) => each.id === id));
    for (const id of ["n/x", "s/b"]) expect(ofBoth(id)[1], id).toBe(ofBoth(id)[0]);
    const loadedAt = (set: RuleSet) => set.files.map((file) => file.loadedAt);
    const { now } = rules;
    expect(loadedAt(second)).toEqual([now, ...loadedAt(first).slice(1, 3), now, now - 1]);
  });

  it("is read anew through what it refers to in turn", () => {
    putAll();
    const first = rules.load();
    rules.put("sources.yaml", source("Datadog"));
    const second = rules.load(first);
    expect(second.slos.map(({ id }) => id)).toEqual(["n/x"]);
    expect(rules.states(second)).toMatchObject({ "a.yaml": "loaded", "b.yaml": "loaded" });
    expect(second.files[0]).toMatchObject({
      sloCount: 0,
      problems: [{ code: "unsupported-source", severity: "warning", line: 6 }],
    });
    rules.put("sources.yaml", source("prometheus"));
    expect(rules.load(second).slos.map(({ id }) => id)).toEqual(["n/x", "s/a", "s/b"]);
  });

  it("that leads nowhere any more leaves the last good version running, until it is mended", () => {
    putAll();
    const first = rules.load();
    rules.put("slis.yaml", sli("errors", "errors") + sli("timeout", "timeouts"));
    const second = rules.load(first);
    expect(errors(second)).toEqual(["b.yaml:6 missing-reference"]);
    expect(second.problems[0]?.hint).toBe("did you mean `timeout`?");
    expect(rules.states(second)).toMatchObject({ "a.yaml": "loaded", "b.yaml": "kept-last-good" });
    expect(metricOf(second, "s/b")).toBe("timeouts");
    rules.put("b.yaml", slo("b", "timeout"));
    expect(rules.load(second).problems).toEqual([]);
  });

  it("into a file that is gone or no YAML any more stops nothing", () => {
    putAll();
    const first = rules.load();
    rules.put("slis.yaml", "a: [");
    const broken = rules.load(first);
    expect(broken.slos).toEqual(first.slos);
    expect(errors(broken)).toEqual([
      "a.yaml:6 missing-reference",
      "b.yaml:6 missing-reference",
      "slis.yaml:1 yaml-syntax",
    ]);
    rules.remove("slis.yaml");
    const gone = rules.load(broken);
    expect(gone.slos).toEqual(first.slos);
    putAll();
    const mended = rules.load(gone);
    expect(mended.problems).toEqual([]);
    expect(mended.slos).toEqual(first.slos);
  });

  it("to an object that is not sound says where the fault is", () => {
    putAll();
    rules.put("slis.yaml", sli("errors", "errors").replace("bad:", "baad:") + sli("timeouts", "t"));
    const set = rules.load();
    expect(errors(set)).toEqual(["a.yaml:6 unknown-key", "slis.yaml:6 unknown-key"]);
    expect(set.problems[0]?.message).toContain(`the SLI \`errors\` (${rules.root}/slis.yaml:6)`);
    expect(set.slos.map(({ id }) => id)).toEqual(["n/x", "s/b"]);
  });

  it("finds an object that comes later, and one that is named twice as the first file has it", () => {
    rules.put("a.yaml", slo("a", "errors"));
    rules.put("sources.yaml", source("prometheus"));
    const first = rules.load();
    expect(errors(first)).toEqual(["a.yaml:6 missing-reference"]);
    rules.put("x.yaml", sli("errors", "late"));
    const second = rules.load(first);
    expect(metricOf(second, "s/a")).toBe("late");
    rules.put("b.yaml", sli("errors", "earlier"));
    const third = rules.load(second);
    expect(metricOf(third, "s/a")).toBe("earlier");
    expect(errors(third)).toEqual(["x.yaml:3 duplicate-object"]);
    rules.remove("b.yaml");
    const fourth = rules.load(third);
    expect(fourth.problems).toEqual([]);
    expect(metricOf(fourth, "s/a")).toBe("late");
  });

  it("keeps to its version: v2alpha has SLIs of its own", () => {
    rules.put("a.yaml", slo("a", "errors"));
    rules.put("b.yaml", sli("errors", "e").replace("openslo/v1", "openslo.com/v2alpha"));
    expect(errors(rules.load())).toContain("a.yaml:6 missing-reference");
    rules.put(
      "b.yaml",
      sli("errors", "e").replace("openslo/v1", "openslo.com/v1") + source("prometheus"),
    );
    expect(rules.load().problems).toEqual([]);
  });

  it("survives a restart: a stored set has the SLOs, and files are read again", () => {
    putAll();
    const stored = JSON.parse(JSON.stringify(rules.load())) as RuleSet;
    rules.remove("slis.yaml");
    const set = rules.load(stored);
    expect(set.slos).toEqual(stored.slos);
    expect(rules.states(set)).toMatchObject({ "a.yaml": "kept-last-good" });
  });
});

describe("files read without a folder", () => {
  it("refer to one another when they are named together", () => {
    const files = [
      { file: "a", text: slo("a", "errors") },
      { file: "b", text: sli("errors", "e") + source("prometheus") },
    ];
    const [a, b] = readRuleFiles(files);
    expect([a?.problems, b?.problems]).toEqual([[], []]);
    expect(a?.slos).toHaveLength(1);
    expect(readRuleFiles(files.slice(0, 1))[0]?.problems).toMatchObject([
      { code: "missing-reference" },
    ]);
  });
});

describe("JSON", () => {
  const asJson = (text: string) => JSON.stringify(readYamlValue(text), null, "\t"); // tabs, which YAML's blocks do not take
  const readYamlValue = (name: string) => ({
    apiVersion: "openslo/v1",
    kind: "SLO",
    metadata: { name, annotations: { "slowburn.dev/alerts": "none" } },
    spec: {
      service: "s",
      indicatorRef: "errors",
      timeWindow: [{ duration: "30d", isRolling: true }],
      budgetingMethod: "Occurrences",
      objectives: [{ target: 0.99 }],
    },
  });

  it("holds SLOs, lists of them too, and refers to YAML", () => {
    rules.put("slis.yaml", sli("errors", "errors") + source("prometheus"));
    rules.put("a.json", asJson("a"));
    rules.put("b.json", `[${asJson("b")}, ${asJson("c")}]`);
    const set = rules.load();
    expect(set.problems).toEqual([]);
    expect(set.slos.map(({ id }) => id)).toEqual(["s/a", "s/b", "s/c"]);
  });

  it("that is of something else is passed by; that is meant to be SLOs is not", () => {
    rules.put("package.json", '{ "name": "x" }');
    rules.put("list.json", '{ "apiVersion": "v1", "kind": "List" }');
    rules.put("schema.json", '{ "properties": { "apiVersion": { "const": "openslo/v1" } } }');
    rules.put("typo.json", '{ "apiVersion": "opensl/v1" }');
    rules.put("broken.json", '{ "apiVersion": "openslo/v1", ');
    const set = rules.load();
    expect(rules.states(set)).toEqual({ "broken.json": "rejected", "typo.json": "rejected" });
  });
});

it("more text than is kept parsed is read all the same", () => {
  const padding = `# ${"x".repeat(500_000)}\n`;
  for (const name of ["a", "b", "c", "d", "e", "f"])
    rules.put(`${name}.yaml`, slo(name, "errors") + padding);
  rules.put("z.yaml", sli("errors", "errors") + source("prometheus"));
  const set = rules.load();
  expect(set.problems).toEqual([]);
  expect(set.slos).toHaveLength(6);
});
