/**
 * One traffic, three judges: the same counter samples through slowburn's counting parts, through `promtool test rules`, and
 * through a real Prometheus's query engine, the latter two with the rules that slowburn compiles. Each says minute by minute
 * which alerts fire.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { compileRules, type CompiledRules } from "../../src/export/index.ts";
import { Replay } from "../../src/replay/index.ts";
import { parseDuration, type Slo } from "../../src/slo/index.ts";
import { at, request } from "../e2e/otlp.ts";
import type { Prometheus } from "./prometheus-process.ts";

const MINUTE_MS = 60_000;

export interface Traffic {
  readonly minutes: number;
  /** Between samples, and of slowburn's buckets. */
  readonly stepSeconds: number;
  /** Events of the step that ends at `second`; `undefined`: the sender is silent. */
  readonly events: (second: number) => { readonly good: number; readonly bad: number } | undefined;
  /** The process starts anew in the step that ends here. */
  readonly restartsAt?: readonly number[];
  /** The series of errors is there from the beginning, at 0; or only from its first error on, as SDKs have it. */
  readonly hasBadFromStart: boolean;
}

/** The same counts under the names that the rules of the test and of Sloth's own examples ask for. */
const METRICS = [
  { name: "orders_total", labels: {} },
  { name: "http_request_duration_seconds_count", labels: { job: "myservice" } },
] as const;
const seriesName = ({ name, labels }: (typeof METRICS)[number], code: string): string => {
  const matchers = Object.entries({ ...labels, code }).map(([key, text]) => `${key}="${text}"`);
  return `${name}{${matchers.join(",")}}`;
};

/** Cumulative values at a sample's time; `undefined` where there is none. */
interface Sample {
  readonly second: number;
  readonly startSecond: number;
  readonly good: number;
  readonly bad: number | undefined;
}

function samplesOf(traffic: Traffic): readonly (Sample | undefined)[] {
  const samples: (Sample | undefined)[] = [];
  let [startSecond, good, bad, hasBad] = [0, 0, 0, traffic.hasBadFromStart];
  for (let second = 0; second <= traffic.minutes * 60; second += traffic.stepSeconds) {
    if (traffic.restartsAt?.includes(second) === true)
      [startSecond, good, bad, hasBad] = [second - 5, 0, 0, traffic.hasBadFromStart];
    const events = second === 0 ? { good: 0, bad: 0 } : traffic.events(second);
    good += events?.good ?? 0;
    bad += events?.bad ?? 0;
    hasBad ||= bad > 0;
    samples.push(events && { second, startSecond, good, bad: hasBad ? bad : undefined });
  }
  return samples;
}

/** `<slo id> <severity>` → whether it fires at the end of each minute, minute 0 first. */
export type Verdicts = ReadonlyMap<string, readonly boolean[]>;
const verdictKey = (sloId: string, severity: string): string => `${sloId} ${severity}`;

const keysOf = (slos: readonly Slo[]): readonly string[] =>
  slos.flatMap(({ id, alerts }) =>
    [...new Set(alerts.tiers.map(({ severity }) => severity))].map((each) => verdictKey(id, each)),
  );

export function slowburnVerdicts(
  slos: readonly Slo[],
  traffic: Traffic,
  beginMs: number,
): Verdicts {
  const replay = new Replay({ startMs: beginMs - 1, bucketMs: traffic.stepSeconds * 1000 });
  replay.setRules(slos);
  const verdicts = new Map(keysOf(slos).map((key) => [key, [] as boolean[]]));
  for (const [index, sample] of samplesOf(traffic).entries()) {
    const second = index * traffic.stepSeconds;
    if (sample !== undefined) replay.send(exportOf(sample, beginMs));
    replay.advanceTo(beginMs + second * 1000 + traffic.stepSeconds * 1000 - 1);
    if (second % 60 !== 0) continue;
    const firing = new Set(
      replay.alerts
        .current()
        .filter(({ state }) => state === "firing")
        .map(({ sloId, severity }) => verdictKey(sloId, severity)),
    );
    for (const [key, states] of verdicts) states.push(firing.has(key));
  }
  return verdicts;
}

function exportOf({ second, startSecond, good, bad }: Sample, beginMs: number) {
  const times = { start: at(beginMs + startSecond * 1000), time: at(beginMs + second * 1000) };
  const metrics = METRICS.map(({ name, labels }) => {
    const points = [
      { attributes: { ...labels, code: "200" }, ...times, int: good },
      ...(bad === undefined
        ? []
        : [{ attributes: { ...labels, code: "500" }, ...times, int: bad }]),
    ];
    return { name, sum: { points } };
  });
  return request("shop", metrics);
}

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the SLO that it is for. */
  readonly key: string;
}

/** The compiled rules that alerts need, without texts, each alert under a name of its own. */
function compiledFor(slos: readonly Slo[]) {
  const alerts: AlertRule[] = [];
  const recordings = new Map<string, string>();
  const groups = slos.flatMap((slo) => {
    const { groups: made } = compileRules([slo], { isSlothCompatible: false, version: "test" });
    const text = JSON.stringify(
      made.flatMap(({ rules }) => rules.filter((rule) => "alert" in rule)),
    );
    return made.map(({ name, rules }) => ({
      name,
      rules: rules.flatMap<CompiledRules["groups"][number]["rules"][number]>((rule) => {
        if ("record" in rule) {
          if (!text.includes(`${rule.record}{`)) return [];
          recordings.set(`${rule.record} ${slo.service}-${slo.name}`, rule.expr);
          return [rule];
        }
        const written = { ...rule, alert: `A${alerts.length}`, annotations: {} };
        const key = verdictKey(slo.id, rule.labels["sloth_severity"] ?? "");
        alerts.push({ ...written, key });
        return [written];
      }),
    }));
  });
  return { groups, alerts, recordings };
}

/** What `promtool test rules` finds to fire: nothing is expected, and it says what it got instead. */
export function promtoolVerdicts(slos: readonly Slo[], traffic: Traffic): Verdicts {
  const { groups, alerts } = compiledFor(slos);
  const directory = mkdtempSync(join(tmpdir(), "slowburn-parity-"));
  const write = (name: string, content: unknown) =>
    writeFileSync(join(directory, name), stringify(content, { aliasDuplicateObjects: false }));
  const samples = samplesOf(traffic);
  const series = (code: string, value: (sample: Sample) => number | undefined) => {
    const values = samples.map((sample) => (sample && value(sample)) ?? "_").join(" ");
    return METRICS.map((metric) => ({ series: seriesName(metric, code), values }));
  };
  const minutes = Array.from({ length: traffic.minutes + 1 }, (_each, minute) => minute);
  write("rules.yaml", { groups });
  write("test.yaml", {
    rule_files: ["rules.yaml"],
    evaluation_interval: "1m",
    group_eval_order: groups.map(({ name }) => name), // else alerts may see the recordings of a minute ago
    tests: [
      {
        interval: `${traffic.stepSeconds}s`,
        input_series: [...series("200", ({ good }) => good), ...series("500", ({ bad }) => bad)],
        alert_rule_test: alerts.flatMap(({ alert }) =>
          minutes.map((minute) => ({ eval_time: `${minute}m`, alertname: alert, exp_alerts: [] })),
        ),
      },
    ],
  });
  const { stdout, stderr } = spawnSync(
    "/usr/bin/promtool",
    ["test", "rules", join(directory, "test.yaml")],
    {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    },
  );
  const text = stdout + stderr;
  if (!/SUCCESS|FAILED/.test(text)) throw new Error(text);
  const verdicts = new Map(keysOf(slos).map((key) => [key, minutes.map(() => false)]));
  for (const [, name, time = ""] of text.matchAll(/alertname: (A\d+), time: (\w+),/g)) {
    const key = alerts.find(({ alert }) => alert === name)?.key ?? "";
    const minute = (parseDuration(time) ?? 0) / MINUTE_MS;
    const states = verdicts.get(key);
    if (states?.[minute] === undefined) throw new Error(`${name} at ${time}`);
    states[minute] = true;
  }
  return verdicts;
}

/** Samples as OpenMetrics, for `promtool tsdb create-blocks-from openmetrics`. */
export function openMetricsText(worlds: readonly { traffic: Traffic; beginMs: number }[]): string {
  const lines = METRICS.flatMap((metric) => [
    `# TYPE ${metric.name.replace(/_total$/, "")} ${metric.name.endsWith("_total") ? "counter" : "unknown"}`,
    ...(["good", "bad"] as const).flatMap((part) =>
      worlds.flatMap(({ traffic, beginMs }) =>
        samplesOf(traffic).flatMap((sample) =>
          sample?.[part] === undefined
            ? []
            : [
                `${seriesName(metric, part === "good" ? "200" : "500")} ${sample[part]} ${beginMs / 1000 + sample.second}`,
              ],
        ),
      ),
    ),
  ]);
  return [...lines, "# EOF\n"].join("\n");
}

/** The alerts' expressions over their recordings' own, evaluated by a real Prometheus; `for` as its rule manager has it. */
export async function prometheusVerdicts(
  slos: readonly Slo[],
  traffic: Traffic,
  beginMs: number,
  prometheus: Prometheus,
): Promise<Verdicts> {
  const { alerts, recordings } = compiledFor(slos);
  const verdicts = new Map<string, boolean[]>();
  for (const key of keysOf(slos))
    verdicts.set(
      key,
      Array.from({ length: traffic.minutes + 1 }, () => false),
    );
  for (const { expr, key, ...rule } of alerts) {
    const whole = expr.replaceAll(
      /(slo:sli_error:ratio_rate\w+)\{sloth_id="([^"]*)"[^}]*\}/g,
      (_match, record: string, id: string) => `(${recordings.get(`${record} ${id}`)})`,
    );
    const holds = await prometheus.holds(whole, beginMs / 1000, traffic.minutes, 60);
    const forMinutes = (parseDuration(rule.for ?? "0s") ?? 0) / MINUTE_MS;
    let activeMinute: number | undefined;
    for (const [minute, isActive] of holds.entries()) {
      activeMinute = isActive ? (activeMinute ?? minute) : undefined;
      if (activeMinute === undefined || minute - activeMinute < forMinutes) continue;
      const states = verdicts.get(key);
      if (states !== undefined) states[minute] = true;
    }
  }
  return verdicts;
}
