/** The JSON Schema in rules/schema is the reader's own, and says the same as the reader does. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import {
  lintSlos,
  loadRules,
  readRuleFile,
  readRuleFiles,
  readYaml,
  ruleSchema,
} from "../../src/rules/index.ts";

const FILE = "rules/schema/slowburn-v1.json";
const shipped = ["", "templates/"].flatMap((folder) =>
  readdirSync(`rules/${folder}`)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => `${folder}${name}`),
);

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
    const { definitions } = ruleSchema() as {
      definitions: Record<string, { properties: Record<string, object> }>;
    };
    const own =
      "alerting alerts annotations description exclude groupLimit labels links objective owner runbook window";
    const good = "budgeting noData per sli";
    const fieldsOf = (name: string) => Object.keys(definitions[name]?.properties ?? {}).toSorted();
    const sorted = (...names: readonly string[]) => names.join(" ").split(" ").toSorted();
    expect(fieldsOf("slo")).toEqual(sorted(own, good));
    expect(fieldsOf("usedSlo")).toEqual(sorted(own, "use with"));
    expect(fieldsOf("sloInTemplate")).toEqual(sorted(own.replace("owner ", ""), good));
    for (const kind of ["slo", "usedSlo", "sloInTemplate", "template", "parameter", "file"])
      for (const [name, field] of Object.entries(definitions[kind]?.properties ?? {})) {
        const isPlain = JSON.stringify(field).includes("$ref") || "const" in field;
        expect(isPlain || "description" in field, `${kind} ${name}`).toBe(true);
      }
  });
});

interface TemplateText {
  readonly parameters?: Record<string, { readonly type: string; readonly enum?: string[] }>;
}

describe("the shipped rule files", () => {
  const set = loadRules("rules", { bucketMs: 10_000, now: () => 1 });

  it.each(shipped)("%s is as editors would have it, and they find its schema", (name) => {
    const text = readFileSync(`rules/${name}`, "utf8");
    const schema = name.includes("/") ? "../schema" : "schema";
    const first = `# yaml-language-server: $schema=${schema}/slowburn-v1.json\n`;
    expect(text.startsWith(first)).toBe(true);
    validate(plain(text));
    expect(validate.errors).toBeNull();
  });

  it("load together, without a problem and without a lint", () => {
    expect(set.problems).toEqual([]);
    expect(lintSlos(set.slos)).toEqual([]);
    expect(set.files.map(({ file }) => file.replace("rules/", ""))).toEqual(shipped.toSorted());
  });

  it("keep the ids that histories and dashboards hold", () => {
    const ids = set.slos.map(({ id }) => id);
    for (const id of [
      "cicd/pipeline-availability",
      "cicd/pipeline-queue-time",
      "http/availability",
      "http/latency",
      "slowburn/acknowledgement-latency",
      "slowburn/evaluation-on-time",
      "slowburn/ingest-availability",
    ])
      expect(ids).toContain(id);
  });

  it("are all in the table of rules/README.md, and every template is", () => {
    const readme = readFileSync("rules/README.md", "utf8");
    const templates = shipped
      .filter((name) => name.startsWith("templates/"))
      .flatMap((name) => Object.keys(plain(readFileSync(`rules/${name}`, "utf8")).templates));
    for (const name of [...shipped.filter((file) => !file.includes("/")), ...templates])
      expect(readme, name).toContain(`\`${name}\``);
  });

  it("judge latency on the bounds that the conventions advise, whatever threshold is chosen", () => {
    for (const name of shipped.filter((file) => file.startsWith("templates/"))) {
      const published = readFileSync(`rules/${name}`, "utf8");
      const { templates } = plain(published);
      for (const [key, template] of Object.entries<TemplateText>(templates))
        for (const [parameter, { type, enum: options }] of Object.entries(
          template.parameters ?? {},
        ))
          for (const option of type === "duration" ? (options ?? []) : []) {
            const text = `apiVersion: slowburn/v1\nservice: a\nuse: ${key}\nwith: { ${parameter}: ${option} }\n`;
            const [, reading] = readRuleFiles([
              { file: name, text: published },
              { file: "use", text },
            ]);
            expect(reading?.problems, `${key} ${option}`).toEqual([]);
            expect(lintSlos(reading?.slos ?? []), `${key} ${option}`).toEqual([]);
          }
    }
  });
});

const members = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`).join();

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
    [`${head}objective: 99%\n    sli: { weighted: { b: 2, other/b: 0.5 } }`, true],
    [`${head}objective: 99%\n    sli: { worstOf: [b, other/b] }`, true],
    [`${head}objective: 99%\n    sli: { allOf: [b, other/b], slices: 5m }\n    noData: bad`, true],
    [`${head}objective: 99%\n    sli: { weighted: { b: 0, c: 1 } }`, false],
    [`${head}objective: 99%\n    sli: { weighted: { b: 1000001, c: 1 } }`, false],
    [`${head}objective: 99%\n    sli: { weighted: { b: 1 } }`, false],
    [`${head}objective: 99%\n    sli: { weighted: [b, c] }`, false],
    [`${head}objective: 99%\n    sli: { worstOf: [b] }`, false],
    [`${head}objective: 99%\n    sli: { worstOf: [b, b] }`, false],
    [`${head}objective: 99%\n    sli: { worstOf: [b, c/d/e] }`, false],
    [`${head}objective: 99%\n    sli: { worstOf: [b, c], slices: 5m }`, false],
    [`${head}objective: 99%\n    sli: { worstOf: [${members(50)}] }`, true],
    [`${head}objective: 99%\n    sli: { worstOf: [${members(51)}] }`, false],
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
