/**
 * What the rules that Sloth generates for an SLO cost a Prometheus: 8 recordings and 2 alerts each, over 30 days of samples a
 * minute apart in one compacted block. The cost is what Prometheus says itself: the sum over its rule groups of
 * `prometheus_rule_group_last_duration_seconds`.
 */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { answering, commandPath } from "./peer-server.ts";
import { end, endWithUs } from "./server-under-test.ts";

const SLO_COUNT = 10;
const DAYS = 30;
const SAMPLE_EVERY_SECONDS = 60;
const RULE_EVERY_SECONDS = 5;
const EVALUATIONS = 6;
const SAMPLE_WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const;

/** Per SLO; undefined when Prometheus is not installed. */
export async function slothEvaluationMs(): Promise<number | undefined> {
  const prometheus = commandPath("prometheus");
  const promtool = commandPath("promtool");
  if (prometheus === undefined || promtool === undefined) return undefined;
  const directory = mkdtempSync(join(tmpdir(), "slowburn-prometheus-"));
  try {
    writeBlocks(promtool, directory);
    writeConfiguration(directory);
    return await measure(prometheus, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function writeBlocks(promtool: string, directory: string): void {
  const file = join(directory, "history.om");
  const handle = openSync(file, "w");
  const endSeconds = Math.floor(Date.now() / 1000);
  const sampleCount = (DAYS * 86_400) / SAMPLE_EVERY_SECONDS;
  const startSeconds = endSeconds - sampleCount * SAMPLE_EVERY_SECONDS;
  const series = (name: string, labels: string, valueAt: (sample: number) => number): void => {
    const lines: string[] = [];
    for (let sample = 0; sample <= sampleCount; sample++)
      lines.push(
        `${name}{${labels}} ${valueAt(sample)} ${startSeconds + sample * SAMPLE_EVERY_SECONDS}`,
      );
    writeSync(handle, `${lines.join("\n")}\n`);
  };
  writeSync(handle, "# TYPE http_requests counter\n");
  for (let slo = 0; slo < SLO_COUNT; slo++) {
    series("http_requests_total", `job="service-${slo}",code="200"`, (sample) => sample * 6_000);
    series("http_requests_total", `job="service-${slo}",code="500"`, (sample) => sample * 2);
  }
  writeSync(handle, "# TYPE slo:sli_error:ratio_rate5m gauge\n");
  for (let slo = 0; slo < SLO_COUNT; slo++)
    series("slo:sli_error:ratio_rate5m", `${identity(slo)},sloth_window="5m"`, () => 2 / 6_002);
  writeSync(handle, "# EOF\n");
  closeSync(handle);
  const block = ["--max-block-duration=744h", "--quiet"];
  execFileSync(
    promtool,
    ["tsdb", "create-blocks-from", ...block, "openmetrics", file, join(directory, "data")],
    { stdio: "ignore" },
  );
}

const identity = (slo: number): string =>
  `sloth_id="service-${slo}-requests",sloth_service="service-${slo}",sloth_slo="requests"`;

function writeConfiguration(directory: string): void {
  const groups = Array.from({ length: SLO_COUNT }, (_, slo) => [
    { name: `recordings-${slo}`, rules: recordingsOf(slo) },
    { name: `alerts-${slo}`, rules: [alertOf(slo, PAGE), alertOf(slo, TICKET)] },
  ]).flat();
  writeFileSync(join(directory, "rules.json"), JSON.stringify({ groups })); // JSON is YAML
  writeFileSync(
    join(directory, "prometheus.json"),
    JSON.stringify({
      global: { evaluation_interval: `${RULE_EVERY_SECONDS}s` },
      rule_files: [join(directory, "rules.json")],
    }),
  );
}

interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

function recordingsOf(slo: number): readonly Recording[] {
  const labels = (window: string) => ({
    sloth_id: `service-${slo}-requests`,
    sloth_service: `service-${slo}`,
    sloth_slo: "requests",
    sloth_window: window,
  });
  const rate = (code: string, window: string): string =>
    `(sum(rate(http_requests_total{job="service-${slo}"${code}}[${window}])))`;
  const ratios = SAMPLE_WINDOWS.map((window) => ({
    record: `slo:sli_error:ratio_rate${window}`,
    expr: `${rate(',code=~"(5..|429)"', window)} / ${rate("", window)}`,
    labels: labels(window),
  }));
  const recorded = `slo:sli_error:ratio_rate5m{${identity(slo)}}[30d]`;
  return [
    ...ratios,
    {
      record: "slo:sli_error:ratio_rate30d",
      expr: `sum_over_time(${recorded}) / ignoring (sloth_window) count_over_time(${recorded})`,
      labels: labels("30d"),
    },
  ];
}

/** Factor, short and long window of each pair: Sloth's defaults for 30 days. */
const PAGE = [
  [14.4, "5m", "1h"],
  [6, "30m", "6h"],
] as const;
const TICKET = [
  [3, "2h", "1d"],
  [1, "6h", "3d"],
] as const;

function alertOf(slo: number, pairs: typeof PAGE | typeof TICKET): { alert: string; expr: string } {
  const over = (window: string, factor: number): string =>
    `max(slo:sli_error:ratio_rate${window}{${identity(slo)}} > (${factor} * 0.001)) without (sloth_window)`;
  const expr = pairs
    .map(([factor, short, long]) => `(${over(short, factor)} and ${over(long, factor)})`)
    .join(" or ");
  return { alert: "HighErrorRate", expr };
}

/** The mean of several evaluations, per SLO. */
async function measure(prometheus: string, directory: string): Promise<number> {
  const port = await freePort();
  const child = spawn(
    prometheus,
    [
      `--config.file=${join(directory, "prometheus.json")}`,
      `--storage.tsdb.path=${join(directory, "data")}`,
      "--storage.tsdb.retention.time=60d",
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: "ignore" },
  );
  endWithUs(child);
  try {
    await answering(`http://127.0.0.1:${port}/-/ready`);
    await wait(2 * RULE_EVERY_SECONDS * 1000); // the first evaluation reads the block from the disk
    const seconds: number[] = [];
    for (let evaluation = 0; evaluation < EVALUATIONS; evaluation++) {
      await wait(RULE_EVERY_SECONDS * 1000);
      seconds.push(await groupSeconds(port));
    }
    return (seconds.reduce((sum, it) => sum + it, 0) / seconds.length / SLO_COUNT) * 1000;
  } finally {
    await end(child, "SIGTERM");
  }
}

async function groupSeconds(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const values = [...text.matchAll(/^prometheus_rule_group_last_duration_seconds\{.*\} (\S+)$/gm)];
  if (values.length !== 2 * SLO_COUNT) throw new Error("Prometheus does not run the bench's rules");
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}
