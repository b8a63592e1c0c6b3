/** Objects of one file that SLOs of another refer to, while people edit both. Real files in a temporary directory. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadRules, readRuleFiles, type RuleSet } from "../../src/rules/index.ts";

let root: string;
let clock = 0;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "slowburn-references-"));
  clock = 1_000;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (file: string, text: string) => writeFileSync(join(root, file), text);
const remove = (file: string) => rmSync(join(root, file));
const load = (previous?: RuleSet) =>
  loadRules(root, {
    bucketMs: 10_000,
    now: () => ++clock,
    ...(previous === undefined ? {} : { previous }),
  });
const states = (set: RuleSet) =>
  Object.fromEntries(set.files.map(({ file, state }) => [file.slice(root.length + 1), state]));
const errors = (set: RuleSet) =>
  set.problems
    .filter(({ severity }) => severity === "error")
    .map(({ code, file, line }) => `${file?.slice(root.length + 1)}:${line} ${code}`);
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
  put("a.yaml", slo("a", "errors"));
  put("b.yaml", slo("b", "timeouts"));
  put("native.yaml", native);
  put("slis.yaml", sli("errors", "errors") + sli("timeouts", "timeouts"));
  put("sources.yaml", source("prometheus"));
};

describe("a reference across files", () => {
  it("is followed, two files deep", () => {
    putAll();
    const set = load();
    expect(set.problems).toEqual([]);
    expect(set.slos.map(({ id }) => id)).toEqual(["n/x", "s/a", "s/b"]);
    expect(metricOf(set, "s/a")).toBe("errors");
  });

  it("brings an edit to the SLOs that use it, and to no others", () => {
    putAll();
    const first = load();
    put("slis.yaml", sli("errors", "faults") + sli("timeouts", "timeouts"));
    const second = load(first);
    expect(metricOf(second, "s/a")).toBe("faults");
    const ofBoth = (id: string) =>
      [first, second].map((set) => set.slos.find((each) => each.id === id));
    for (const id of ["n/x", "s/b"]) expect(ofBoth(id)[1], id).toBe(ofBoth(id)[0]);
    const loadedAt = (set: RuleSet) => set.files.map((file) => file.loadedAt);
    expect(loadedAt(second)).toEqual([clock, ...loadedAt(first).slice(1, 3), clock, clock - 1]);
  });

  it("is read anew through what it refers to in turn", () => {
    putAll();
    const first = load();
    put("sources.yaml", source("Datadog"));
    const second = load(first);
    expect(second.slos.map(({ id }) => id)).toEqual(["n/x"]);
    expect(states(second)).toMatchObject({ "a.yaml": "loaded", "b.yaml": "loaded" });
    expect(second.files[0]).toMatchObject({
      sloCount: 0,
      problems: [{ code: "unsupported-source", severity: "warning", line: 6 }],
    });
    put("sources.yaml", source("prometheus"));
    expect(load(second).slos.map(({ id }) => id)).toEqual(["n/x", "s/a", "s/b"]);
  });

  it("that leads nowhere any more leaves the last good version running, until it is mended", () => {
    putAll();
    const first = load();
    put("slis.yaml", sli("errors", "errors") + sli("timeout", "timeouts"));
    const second = load(first);
    expect(errors(second)).toEqual(["b.yaml:6 missing-reference"]);
    expect(second.problems[0]?.hint).toBe("did you mean `timeout`?");
    expect(states(second)).toMatchObject({ "a.yaml": "loaded", "b.yaml": "kept-last-good" });
    expect(metricOf(second, "s/b")).toBe("timeouts");
    put("b.yaml", slo("b", "timeout"));
    expect(load(second).problems).toEqual([]);
  });

  it("into a file that is gone or no YAML any more stops nothing", () => {
    putAll();
    const first = load();
    put("slis.yaml", "a: [");
    const broken = load(first);
    expect(broken.slos).toEqual(first.slos);
    expect(errors(broken)).toEqual([
      "a.yaml:6 missing-reference",
      "b.yaml:6 missing-reference",
      "slis.yaml:1 yaml-syntax",
    ]);
    remove("slis.yaml");
    const gone = load(broken);
    expect(gone.slos).toEqual(first.slos);
    putAll();
    const mended = load(gone);
    expect(mended.problems).toEqual([]);
    expect(mended.slos).toEqual(first.slos);
  });

  it("to an object that is not sound says where the fault is", () => {
    putAll();
    put("slis.yaml", sli("errors", "errors").replace("bad:", "baad:") + sli("timeouts", "t"));
    const set = load();
    expect(errors(set)).toEqual(["a.yaml:6 unknown-key", "slis.yaml:6 unknown-key"]);
    expect(set.problems[0]?.message).toContain(`the SLI \`errors\` (${root}/slis.yaml:6)`);
    expect(set.slos.map(({ id }) => id)).toEqual(["n/x", "s/b"]);
  });

  it("finds an object that comes later, and one that is named twice as the first file has it", () => {
    put("a.yaml", slo("a", "errors"));
    put("sources.yaml", source("prometheus"));
    const first = load();
    expect(errors(first)).toEqual(["a.yaml:6 missing-reference"]);
    put("x.yaml", sli("errors", "late"));
    const second = load(first);
    expect(metricOf(second, "s/a")).toBe("late");
    put("b.yaml", sli("errors", "earlier"));
    const third = load(second);
    expect(metricOf(third, "s/a")).toBe("earlier");
    expect(errors(third)).toEqual(["x.yaml:3 duplicate-object"]);
    remove("b.yaml");
    const fourth = load(third);
    expect(fourth.problems).toEqual([]);
    expect(metricOf(fourth, "s/a")).toBe("late");
  });

  it("keeps to its version: v2alpha has SLIs of its own", () => {
    put("a.yaml", slo("a", "errors"));
    put("b.yaml", sli("errors", "e").replace("openslo/v1", "openslo.com/v2alpha"));
    expect(errors(load())).toContain("a.yaml:6 missing-reference");
    put(
      "b.yaml",
      sli("errors", "e").replace("openslo/v1", "openslo.com/v1") + source("prometheus"),
    );
    expect(load().problems).toEqual([]);
  });

  it("survives a restart: a stored set has the SLOs, and files are read again", () => {
    putAll();
    const stored = JSON.parse(JSON.stringify(load())) as RuleSet;
    remove("slis.yaml");
    const set = load(stored);
    expect(set.slos).toEqual(stored.slos);
    expect(states(set)).toMatchObject({ "a.yaml": "kept-last-good" });
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
    put("slis.yaml", sli("errors", "errors") + source("prometheus"));
    put("a.json", asJson("a"));
    put("b.json", `[${asJson("b")}, ${asJson("c")}]`);
    const set = load();
    expect(set.problems).toEqual([]);
    expect(set.slos.map(({ id }) => id)).toEqual(["s/a", "s/b", "s/c"]);
  });

  it("that is of something else is passed by; that is meant to be SLOs is not", () => {
    put("package.json", '{ "name": "x" }');
    put("list.json", '{ "apiVersion": "v1", "kind": "List" }');
    put("schema.json", '{ "properties": { "apiVersion": { "const": "openslo/v1" } } }');
    put("typo.json", '{ "apiVersion": "opensl/v1" }');
    put("broken.json", '{ "apiVersion": "openslo/v1", ');
    const set = load();
    expect(states(set)).toEqual({ "broken.json": "rejected", "typo.json": "rejected" });
  });
});

it("more text than is kept parsed is read all the same", () => {
  const padding = `# ${"x".repeat(500_000)}\n`;
  for (const name of ["a", "b", "c", "d", "e", "f"])
    put(`${name}.yaml`, slo(name, "errors") + padding);
  put("z.yaml", sli("errors", "errors") + source("prometheus"));
  const set = load();
  expect(set.problems).toEqual([]);
  expect(set.slos).toHaveLength(6);
});
