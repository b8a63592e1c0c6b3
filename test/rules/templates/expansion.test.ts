/** An SLO of a template is the one that would have been written in its place. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRuleFiles } from "../../../src/rules/index.ts";
import type { Slo } from "../../../src/slo/index.ts";

const HEAD = "apiVersion: slowburn/v1\n";
const json = (value: unknown) => JSON.stringify(value);

/** As JSON: the flow style of YAML. */
function read(...documents: readonly object[]): { slos: readonly Slo[]; codes: readonly string[] } {
  const sources = documents.map((document, index) => ({
    file: `${index}.yaml`,
    text:
      HEAD +
      Object.entries(document)
        .map(([key, value]) => `${key}: ${json(value)}\n`)
        .join(""),
  }));
  const readings = readRuleFiles(sources);
  return {
    slos: readings.flatMap(({ slos }) => slos),
    codes: readings.flatMap(({ problems }) => problems.map(({ code }) => code)),
  };
}

/** Where it was written is the one thing that differs. */
const meaning = (slo: Slo) => ({ ...slo, source: undefined });

const text = fc.stringMatching(/^[a-z][a-z0-9 _./"'{}:#-]{0,12}$/);
const texts = fc.uniqueArray(text, { minLength: 1, maxLength: 4 });
const objective = fc.integer({ min: 9000, max: 9999 }).map((n) => `${n / 100}%`);
const drawn = fc.record({
  metric: fc.stringMatching(/^[a-z][a-z.]{0,8}$/),
  value: text,
  list: fc.option(texts, { nil: undefined }),
  bound: fc.integer({ min: -5, max: 5 }),
  exists: fc.boolean(),
  slice: fc.constantFrom("10s", "1m", "5m"),
  good: fc.constantFrom("90%", "99.5%"),
  objective,
  ownObjective: fc.option(objective, { nil: undefined }),
  labels: fc.record({ a: text, b: text }),
});

describe("an expanded SLO", () => {
  it("equals the SLO written out, whatever its arguments are", () => {
    fc.assert(
      fc.property(drawn, (d) => {
        const param = (name: string) => ({ param: name });
        const template = {
          parameters: {
            metric: { type: "metric", example: "m" },
            value: { type: "string", default: "x" },
            list: { type: "strings", optional: true, example: ["x"] },
            bound: { type: "number", default: 0 },
            exists: { type: "boolean", default: true },
            slice: { type: "duration", example: "1m" },
            good: { type: "percentage", example: "90%" },
            objective: { type: "percentage", example: "99%" },
          },
          slos: {
            s: {
              objective: param("objective"),
              sli: {
                metric: param("metric"),
                where: {
                  v: param("value"),
                  l: { not: param("list") },
                  e: { exists: param("exists") },
                },
                atLeast: param("bound"),
              },
              budgeting: { slices: param("slice"), good: param("good") },
              labels: { a: "template", t: "template" },
            },
          },
        };
        const { metric, value, list, bound, exists, slice, good } = d;
        const own = d.ownObjective === undefined ? {} : { objective: d.ownObjective };
        const used = read(
          { templates: { "t@1": template } },
          {
            service: "a",
            labels: { t: "file" },
            slos: {
              s: {
                use: "t@1",
                with: {
                  metric,
                  value,
                  bound,
                  exists,
                  slice,
                  good,
                  objective: d.objective,
                  ...(list === undefined ? {} : { list }),
                },
                ...own,
                labels: d.labels,
              },
            },
          },
        );
        const written = read({
          service: "a",
          labels: { t: "file" },
          slos: {
            s: {
              objective: d.ownObjective ?? d.objective,
              sli: {
                metric,
                where: {
                  v: value,
                  ...(list === undefined ? {} : { l: { not: list } }),
                  e: { exists },
                },
                atLeast: bound,
              },
              budgeting: { slices: slice, good },
              labels: d.labels,
            },
          },
        });
        expect(used.codes).toEqual(written.codes);
        expect(used.slos.map(meaning)).toEqual(written.slos.map(meaning));
        expect(written.slos).toHaveLength(1);
      }),
      { numRuns: 100 },
    );
  });

  it("is the same whether the file uses all of the template, or each SLO one of it", () => {
    const template = {
      parameters: { threshold: { type: "duration", default: "250ms" } },
      slos: {
        a: {
          objective: "99%",
          sli: { metric: "m", bad: { e: 1 } },
          links: { x: "https://x.example" },
        },
        b: { objective: "99%", sli: { metric: "m", faster: { param: "threshold" } } },
      },
    };
    const library = { templates: { "t@1": template } };
    const whole = read(library, {
      service: "s",
      owner: "me",
      use: "t@1",
      with: { threshold: "1s" },
      slos: { b: { window: "7d", alerts: "none" } },
    });
    const each = read(library, {
      service: "s",
      owner: "me",
      slos: {
        a: { use: "t/a@1" },
        b: { use: "t/b@1", with: { threshold: "1s" }, window: "7d", alerts: "none" },
      },
    });
    expect([whole.codes, each.codes]).toEqual([[], []]);
    expect(whole.slos.map(meaning)).toEqual(each.slos.map(meaning));
    expect(whole.slos).toMatchObject([
      { id: "s/a", owner: "me", links: { x: "https://x.example" } },
      { id: "s/b", indicator: { thresholdNanos: 1e9 }, alerts: { tiers: [] } },
    ]);
  });
});

describe("links and annotations", () => {
  const slo = { objective: "99%", sli: { metric: "m", bad: { e: 1 } } };

  it("are kept, entry by entry over the template's", () => {
    const library = {
      templates: { "t@1": { slos: { a: { ...slo, annotations: { x: "1", y: "2" } } } } },
    };
    const { slos } = read(library, {
      service: "s",
      slos: { a: { use: "t@1", annotations: { y: "3" }, links: { d: "http://d.example" } } },
    });
    expect(slos).toMatchObject([
      { annotations: { x: "1", y: "3" }, links: { d: "http://d.example" } },
    ]);
  });

  it.each([
    ["a script", { links: { d: "javascript:alert(1)" } }, "invalid-url"],
    ["no mapping", { links: ["https://d.example"] }, "wrong-type"],
    ["a nested text", { annotations: { a: { b: 1 } } }, "wrong-type"],
    ["too long a text", { annotations: { a: "x".repeat(4_001) } }, "wrong-type"],
    [
      "too many",
      { annotations: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`a${i}`, "x"])) },
      "invalid-name",
    ],
  ])("refuse %s", (_, fields, code) => {
    expect(read({ service: "s", slos: { a: { ...slo, ...fields } } }).codes).toEqual([code]);
  });
});

describe("counts of several metrics", () => {
  const slosOf = (sli: object) => read({ service: "s", slos: { a: { objective: "99%", sli } } });

  it("are added up, gauges by their value", () => {
    const { slos, codes } = slosOf({
      total: [{ metric: "a" }, { metric: "b", where: { k: "v" } }],
      bad: { metric: "c", values: true },
    });
    expect(codes).toEqual([]);
    expect(slos[0]?.indicator).toEqual({
      kind: "sums",
      count: "bad",
      total: [
        { metric: "a", where: [], weight: 1, measure: { kind: "increase" } },
        {
          metric: "b",
          where: [{ kind: "in", key: "k", values: ["v"] }],
          weight: 1,
          measure: { kind: "increase" },
        },
      ],
      part: [{ metric: "c", where: [], weight: 1, measure: { kind: "values" } }],
    });
  });

  it("of one counter each stay what they were", () => {
    const { slos } = slosOf({ total: [{ metric: "a" }], good: { metric: "b", values: false } });
    expect(slos[0]?.indicator).toMatchObject({ kind: "counters", total: { metric: "a" } });
  });

  it("are one at least, and all sound", () => {
    expect(slosOf({ total: [], bad: { metric: "b" } }).codes).toEqual(["sli-form"]);
    expect(slosOf({ total: [{ metrik: "a" }], bad: { metric: "b" } }).codes).toEqual([
      "unknown-key",
    ]);
  });
});
