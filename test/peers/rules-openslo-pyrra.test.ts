/** Files that others wrote, unchanged: OpenSLO's own examples, Pyrra's, and Sloth's in OpenSLO. Prints what became of each. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, copyFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadRules, readRuleFile, type RuleFileReading } from "../../src/rules/index.ts";
import * as pyrra from "../../src/rules/pyrra/schemas.ts";

const CORPORA = resolve(import.meta.dirname, "../../../shared/corpora");

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(resolve(CORPORA, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(CORPORA, join(entry.parentPath, entry.name)))
    .toSorted();

const OPENSLO = [
  ...filesBelow("openslo"),
  ...filesBelow("sloth").filter((file) => file.startsWith("sloth/openslo-")),
];
const PYRRA = filesBelow("pyrra").filter((file) => basename(file) !== "crd.yaml");

const read = (file: string): RuleFileReading =>
  readRuleFile({ file, text: readFileSync(resolve(CORPORA, file), "utf8") });
const codesOf = (reading: RuleFileReading, severity: "error" | "warning") =>
  reading.problems.filter((problem) => problem.severity === severity).map(({ code }) => code);

const rows: string[] = [];
afterAll(() => console.log(`\n${rows.join("\n")}\n`));

function note(file: string, reading: RuleFileReading): void {
  const errors = codesOf(reading, "error");
  const verdict = errors.length > 0 ? "refused " : "accepted";
  const ids = errors.length > 0 ? [] : reading.slos.map(({ id }) => id);
  const reasons = [...new Set(reading.problems.map(({ code }) => code))];
  rows.push(`${verdict} ${file.padEnd(62)} ${[...ids, ...reasons].join(", ")}`);
}

/** oslo, the reference validator, refuses these too, for the same reasons (OpenSLO/oslo validation outputs). */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "openslo/validate/invalid-apiversion.yaml": ["unknown-format"],
  "openslo/validate/unknown-field.yaml": ["invalid-name", "unknown-key"],
  "openslo/validate/v1.yaml": ["invalid-name"],
  "openslo/validate/v1alpha.yaml": ["invalid-name", "missing-field"],
  "openslo/validate/v2alpha.yaml": ["invalid-name"],
};

/** What runs of each file. The others describe no SLO, or one of another system's data, which a warning says. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  "openslo/v1-slos.yaml": ["web/web-availability"],
  "openslo/v1alpha-slos.yaml": ["web/web-latency-threshold"],
  "openslo/v2alpha-slos.yaml": ["web/web-availability"],
  "sloth/openslo-getting-started.yml": ["my-service/sloth-slo-my-service"],
};

describe("OpenSLO", () => {
  test.each(OPENSLO)("%s", (file) => {
    const reading = read(file);
    note(file, reading);
    expect([...new Set(codesOf(reading, "error"))].toSorted()).toEqual(REFUSED[file] ?? []);
    if (REFUSED[file] !== undefined) return;
    expect(reading.slos.map(({ id }) => id)).toEqual(RUNS[file] ?? []);
  });

  test("an SLO that does not run is said not to, whatever file it is in", () => {
    for (const file of OPENSLO.filter((each) => REFUSED[each] === undefined)) {
      const text = readFileSync(resolve(CORPORA, file), "utf8");
      const sloCount = [...text.matchAll(/^(?:- )?\s*kind: SLO$/gm)].length;
      const reading = read(file);
      if (sloCount > reading.slos.length)
        expect(codesOf(reading, "warning"), file).toContain("unsupported-source");
    }
  });

  test.each(["v1", "v2alpha"])("the examples of %s are one namespace", (version) => {
    const folder = mkdtempSync(join(tmpdir(), "slowburn-corpora-"));
    for (const file of OPENSLO.filter((each) => each.startsWith(`openslo/${version}-`)))
      copyFileSync(resolve(CORPORA, file), join(folder, basename(file)));
    const { slos, files, problems } = loadRules(folder, { bucketMs: 10_000, now: () => 1 });
    rmSync(folder, { recursive: true });
    expect(files.every(({ state }) => state === "loaded")).toBe(true);
    expect(slos.map(({ id }) => id)).toEqual(["web/web-availability"]);
    const missing = problems.filter(({ code }) => code === "missing-reference");
    const names = missing.map(({ message }) => /`(.+?)`/.exec(message)?.[1]);
    // What the examples themselves refer to and do not have.
    const unknown =
      version === "v1" ? ["web"] : ["web", "appdynamics", "my-datadog", "my-prometheus"];
    expect(new Set(names)).toEqual(new Set(unknown));
  });

  test("Sloth's example asks for the very queries that Sloth is given", () => {
    const [slo] = read("sloth/openslo-getting-started.yml").slos;
    expect(slo?.objective.text).toBe("99.9%");
    expect(slo?.window).toEqual({ kind: "rolling", lengthMs: 30 * 86_400_000 });
    expect(slo?.source.promql).toEqual({
      kind: "ratio",
      count: "good",
      part: 'sum(rate(http_request_duration_seconds_count{job="myservice",code!~"(5..|429)"}[{{.window}}]))',
      total: 'sum(rate(http_request_duration_seconds_count{job="myservice"}[{{.window}}]))',
    });
  });
});

describe("Pyrra", () => {
  test.each(PYRRA)("%s", (file) => {
    const reading = read(file);
    note(file, reading);
    expect(codesOf(reading, "error")).toEqual([]);
    const text = readFileSync(resolve(CORPORA, file), "utf8");
    const { metadata, spec } = parse(text) as {
      metadata: { name: string; namespace: string };
      spec: { target: string; indicator: Record<string, { grouping?: string[] }> };
    };
    expect(reading.slos).toMatchObject([
      {
        id: `${metadata.namespace}/${metadata.name}`,
        objective: { text: `${spec.target}%` },
        per: Object.values(spec.indicator)[0]?.grouping ?? [],
        alerts: { tiers: [{ factorMilli: 14_000 }, {}, {}, { factorMilli: 1_000 }] },
      },
    ]);
  });

  test("every field of the CustomResourceDefinition is read, and no other", () => {
    const crd = parse(readFileSync(resolve(CORPORA, "pyrra/crd.yaml"), "utf8")) as {
      spec: { versions: { schema: { openAPIV3Schema: Property } }[] };
    };
    const root = crd.spec.versions[0]?.schema.openAPIV3Schema;
    const fieldsOf = (...path: string[]) => {
      const found = path.reduce<Property | undefined>((at, name) => at?.properties?.[name], root);
      return Object.keys(found?.properties ?? {}).toSorted();
    };
    const rowsOf: readonly [schema: { readonly shape: object }, path: readonly string[]][] = [
      [pyrra.objectSchema, []],
      [pyrra.specSchema, ["spec"]],
      [pyrra.alertingSchema, ["spec", "alerting"]],
      [pyrra.severitiesSchema, ["spec", "alerting", "severities"]],
      [pyrra.indicatorSchema, ["spec", "indicator"]],
      [pyrra.ratioSchema, ["spec", "indicator", "ratio"]],
      [pyrra.latencySchema, ["spec", "indicator", "latency"]],
      [pyrra.nativeLatencySchema, ["spec", "indicator", "latencyNative"]],
      [pyrra.boolGaugeSchema, ["spec", "indicator", "bool_gauge"]],
      [pyrra.querySchema, ["spec", "indicator", "ratio", "total"]],
    ];
    for (const [schema, path] of rowsOf)
      expect(Object.keys(schema.shape).toSorted(), path.join(".")).toEqual(fieldsOf(...path));
  });
});

interface Property {
  readonly properties?: Readonly<Record<string, Property>>;
}
