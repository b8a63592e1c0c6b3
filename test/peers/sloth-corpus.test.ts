/**
 * Sloth's own examples (../shared/corpora/sloth): each loads unchanged, and what it says of alerts is what Sloth makes of
 * it (`generated/`): names, labels, annotations, lookbacks and factors.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { readRuleFile, renderProblems } from "../../src/rules/index.ts";
import { formatDuration, objectiveRatio, type Slo } from "../../src/slo/index.ts";

const CORPUS = resolve(import.meta.dirname, "../../../shared/corpora/sloth");
const isYaml = (name: string): boolean => /\.ya?ml$/.test(name);
const specs = readdirSync(CORPUS).filter((name) => isYaml(name) && !name.startsWith("openslo"));
const catalogues = readdirSync(`${CORPUS}/windows`)
  .filter(isYaml)
  .map((name) => `windows/${name}`);

const load = (name: string) => {
  const text = readFileSync(`${CORPUS}/${name}`, "utf8");
  const reading = readRuleFile({ file: name, text });
  const errors = reading.problems.filter(({ severity }) => severity === "error");
  expect(errors, renderProblems(errors)).toEqual([]);
  return reading;
};

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Rules {
  readonly groups?: readonly { readonly rules: readonly Rule[] }[];
  readonly spec?: { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
}

/** Of a plain file, or of a Kubernetes object. */
const rulesOf = (name: string): readonly Rule[] =>
  parseAllDocuments(readFileSync(`${CORPUS}/generated/${name}`, "utf8"))
    .map((document) => document.toJS() as Rules | null)
    .flatMap((rules) => rules?.groups ?? rules?.spec?.groups ?? [])
    .flatMap(({ rules }) => rules);

/** Labels that the file gives, without those of Sloth and of the command that made the example. */
const ownLabels = (labels: Rule["labels"]): Rule["labels"] =>
  Object.fromEntries(
    Object.entries(labels).filter(([name]) => !name.startsWith("sloth_") && name !== "cmd"),
  );

/** `14.4 over 1h and 5m` of every pair in the expression of an alert. */
function pairsOf({ expr }: Rule): readonly string[] {
  const sides = [...expr.matchAll(/ratio_rate(\w+)\{[^}]*\} > \(([\d.]+) \* /g)].map(
    ([, lookback, factor]) => ({ lookback, factor }),
  );
  return sides.flatMap(({ lookback, factor }, i) =>
    i % 2 === 0 ? [`${factor} over ${sides[i + 1]?.lookback} and ${lookback}`] : [],
  );
}

function compare(slo: Slo, rules: readonly Rule[]): number {
  const id = `${slo.service}-${slo.name}`;
  const own = rules.filter(
    ({ labels, expr }) => labels["sloth_id"] === id || expr.includes(`sloth_id="${id}"`),
  );
  const [recording] = own.filter(({ record }) => record === "slo:objective:ratio");
  const theirs = Number(/vector\(([^)]+)\)/.exec(recording?.expr ?? "")?.[1]);
  expect(theirs).toBeCloseTo(objectiveRatio(slo.objective), 12); // theirs is divided in binary
  const { owner, ...others } = ownLabels(recording?.labels ?? {});
  expect([slo.owner, slo.labels]).toEqual([owner, others]);
  for (const severity of ["page", "ticket"] as const) {
    const alert = own.find(
      ({ alert: name, labels }) => name !== undefined && labels["sloth_severity"] === severity,
    );
    const tiers = slo.alerts.tiers.filter((tier) => tier.severity === severity);
    expect(tiers.length > 0, `${slo.id} has a ${severity}`).toBe(alert !== undefined);
    if (alert === undefined) continue;
    expect(slo.alerting?.alertName).toBe(alert.alert);
    expect({ ...slo.alerting?.labels, ...slo.alerting?.bySeverity[severity]?.labels }).toEqual(
      ownLabels(alert.labels),
    );
    expect(alert.annotations).toMatchObject({
      ...slo.alerting?.annotations,
      ...slo.alerting?.bySeverity[severity]?.annotations,
    });
    const ours = tiers.map(
      ({ factorMilli, longMs, shortMs }) =>
        `${factorMilli / 1000} over ${formatDuration(longMs)} and ${formatDuration(shortMs)}`,
    );
    expect(ours.toSorted()).toEqual(pairsOf(alert).toSorted());
  }
  return own.filter(({ alert }) => alert !== undefined).length;
}

test("every example loads, and alerts as the rules that Sloth generates of it", () => {
  let [sloCount, warningCount, alertCount] = [0, 0, 0];
  for (const name of specs) {
    const { slos, problems } = load(name);
    expect(slos.length, name).toBeGreaterThan(0);
    expect(existsSync(`${CORPUS}/generated/${name}`), name).toBe(true);
    const rules = rulesOf(name);
    for (const slo of slos) alertCount += compare(slo, rules);
    sloCount += slos.length;
    warningCount += problems.length;
  }
  for (const name of catalogues) expect(load(name).problems).toEqual([]);
  console.log(
    `sloth: ${specs.length} files with ${sloCount} SLOs and ${alertCount} alerts, ${catalogues.length} catalogues: all loaded, ${warningCount} warnings`,
  );
});

test("the catalogue for 30 days counts for the examples that lie beside it", () => {
  const text = ["getting-started.yml", "windows/custom-30d.yaml"]
    .map((name) => readFileSync(`${CORPUS}/${name}`, "utf8"))
    .join("\n---\n");
  const { slos, problems } = readRuleFile({ file: "both.yaml", text });
  expect(problems).toEqual([]);
  expect(slos[0]?.alerts.tiers.map(({ factorMilli }) => factorMilli)).toEqual([
    14_400, 4_800, 3_000, 1_000,
  ]);
});
