/** The JSON Schema in rules/schema is the reader's own, and says the same as the reader does. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { loadRules, readRuleFile, readYaml, ruleSchema } from "../../src/rules/index.ts";

const FILE = "rules/schema/slowburn-v1.json";
const shipped = readdirSync("rules").filter((name) => name.endsWith(".yaml"));

/** Regenerate: `UPDATE=1 npx vitest run test/rules/schema.test.ts`. */
const schemaText = `${JSON.stringify(ruleSchema(), null, 2)}\n`;
if (process.env["UPDATE"] === "1") {
  mkdirSync("rules/schema", { recursive: true });
  writeFileSync(FILE, schemaText);
}

const ajv = new Ajv({ strict: false });
(addFormats as unknown as (ajv: Ajv) => void)(ajv); // its types miss the default export under nodenext
const validate = ajv.compile(ruleSchema());
const plain = (text: string) =>
  JSON.parse(JSON.stringify(readYaml({ file: "x", text }).documents[0]?.value));

describe("rules/schema/slowburn-v1.json", () => {
  it("is what the reader's schema yields", () => {
    expect(readFileSync(FILE, "utf8")).toBe(schemaText);
  });

  it("describes every field of an SLO", () => {
    const schema = ruleSchema() as {
      anyOf: [
        { properties: { slos: { additionalProperties: { properties: Record<string, object> } } } },
      ];
    };
    const fields = schema.anyOf[0].properties.slos.additionalProperties.properties;
    expect(Object.keys(fields).toSorted()).toEqual(
      "alerts budgeting description exclude groupLimit labels noData objective owner per runbook sli window".split(
        " ",
      ),
    );
    for (const [name, field] of Object.entries(fields)) {
      const isReference = JSON.stringify(field).includes("$ref");
      expect(isReference || "description" in field, name).toBe(true);
    }
  });
});

describe("the shipped rule files", () => {
  it("are there", () => expect(shipped).toEqual(["cicd.yaml", "http.yaml", "slowburn.yaml"]));

  it.each(shipped)("%s loads without a problem, and editors find its schema", (name) => {
    const text = readFileSync(`rules/${name}`, "utf8");
    expect(text.startsWith("# yaml-language-server: $schema=schema/slowburn-v1.json\n")).toBe(true);
    expect(readRuleFile({ file: name, text }).problems).toEqual([]);
    validate(plain(text));
    expect(validate.errors).toBeNull();
  });

  it("load together", () => {
    const set = loadRules("rules", { bucketMs: 10_000, now: () => 1 });
    expect(set.problems).toEqual([]);
    expect(set.slos.map(({ id }) => id)).toEqual([
      "cicd/pipeline-availability",
      "cicd/pipeline-queue-time",
      "http/availability",
      "http/latency",
      "slowburn/acknowledgement-latency",
      "slowburn/evaluation-on-time",
      "slowburn/ingest-availability",
    ]);
  });
});

describe("editor and reader agree", () => {
  const head = "apiVersion: slowburn/v1\nservice: a\nslos:\n  x:\n    ";
  const sli = "sli: { metric: m, bad: { e: 1 } }";
  const once = "{ reason: a, from: 2026-03-01T02:00:00Z, to: 2026-03-01T04:00:00Z }";
  const weekly =
    "{ reason: a, rrule: FREQ=WEEKLY, start: 2026-01-04T02:00, timeZone: UTC, duration: 2h }";
  const rows: readonly [text: string, isRight: boolean][] = [
    [`${head}objective: 99%\n    ${sli}`, true],
    [`${head}objective: 99%\n    ${sli}\n    alerts: none`, true],
    [`${head}objective: 99%\n    ${sli}\n    alerts: { keepFiringFor: 5m, page: off }`, true],
    [
      `${head}objective: 99%\n    ${sli}\n    alerts: { tiers: [{ severity: page, budget: 2%, long: 1h, short: 5m, significance: off }] }`,
      true,
    ],
    [
      `${head}objective: 99%\n    sli: { metric: m, faster: 250ms, where: { a: [1, b], c: { above: 2 } } }`,
      true,
    ],
    [
      `${head}objective: 99%\n    sli: { total: { metric: m }, good: { metric: n, where: { a: true } } }`,
      true,
    ],
    [`${head}objective: 99%\n    ${sli}\n    window: 28d`, true],
    [
      `${head}objective: 99%\n    ${sli}\n    window: { calendar: week, count: 2, timeZone: UTC, start: 2024-01-07T06:30 }`,
      true,
    ],
    [`${head}objective: 99%\n    ${sli}\n    window: { calendar: month }`, false],
    [`${head}objective: 99%\n    ${sli}\n    window: { calendar: moon, timeZone: UTC }`, false],
    [`${head}objective: 99%\n    sli: { metric: queue.depth, where: { a: b }, below: 100 }`, true],
    [`${head}objective: 99%\n    sli: { metric: up, equals: 1 }`, true],
    [`${head}objective: 99%\n    sli: { metric: m, below: 2, above: 1 }`, false],
    [`${head}objective: 99%\n    sli: { metric: m, atLeast: "1" }`, false],
    [`${head}objective: 99%\n    ${sli}\n    budgeting: { slices: 1m, good: 100% }`, true],
    [`${head}objective: 99%\n    ${sli}\n    budgeting: { slices: 1m, weigh: ratio }`, true],
    [
      `${head}objective: 99%\n    ${sli}\n    budgeting: { slices: 5m, good: 95.5% }\n    noData: bad`,
      true,
    ],
    [`${head}objective: 99%\n    ${sli}\n    alerts: { noDataHold: 1h }`, true],
    [`${head}objective: 99%\n    ${sli}\n    budgeting: { slices: 1m }`, false],
    [`${head}objective: 99%\n    ${sli}\n    budgeting: { slices: 1m, good: 95 }`, false],
    [`${head}objective: 99%\n    ${sli}\n    budgeting: { slices: 1m, good: 0% }`, false],
    [`${head}objective: 99%\n    ${sli}\n    budgeting: timeslices`, false],
    [`${head}objective: 99%\n    ${sli}\n    noData: none`, false],
    [`${head}objective: 0.99\n    ${sli}`, false],
    [`${head}objective: 100%\n    ${sli}`, false],
    [`${head}objective: 99%`, false],
    [`${head}objective: 99%\n    ${sli}\n    window: month`, false],
    [`${head}objective: 99%\n    ${sli}\n    runbok: x`, false],
    [`${head}objective: 99%\n    ${sli}\n    alerts: never`, false],
    [`${head}objective: 99%\n    sli: { metric: m, bad: { e: 1 }, good: { e: 2 } }`, false],
    [`${head}objective: 99%\n    sli: { metric: m, bad: {} }`, false],
    [`${head}objective: 99%\n    ${sli}\n    labels: { a-b: x }`, false],
    [`${head}objective: 99%\n    ${sli}\n    per: []`, false],
    [`${head}objective: 99%\n    ${sli}\n    exclude: [${once}]`, true],
    [`${head}objective: 99%\n    ${sli}\n    exclude: [${weekly}]`, true],
    [`${head}objective: 99%\n    ${sli}\n    exclude: [{ reason: a }]`, false],
    [
      `${head}objective: 99%\n    ${sli}\n    exclude: [${once.replace("02:00:00Z", "02:00")}]`,
      false,
    ],
    [`apiVersion: slowburn/v1\nexclude: [{ match: { service: a }, ${once.slice(1)}]`, true],
    [`apiVersion: slowburn/v1\nexclude: [${once}]`, false],
  ];
  it.each(rows)("%s", (text, isRight) => {
    const hasErrors = readRuleFile({ file: "x", text }).problems.length > 0;
    expect({ reader: !hasErrors, editor: validate(plain(text)) }).toEqual({
      reader: isRight,
      editor: isRight,
    });
  });
});
