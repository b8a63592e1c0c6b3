/** What `serve` says once it runs: where it listens, what it loaded, where data lives, what to do next. */
import type { SlowburnConfig } from "../config/index.ts";
import { renderProblems, type RuleFile, type RuleSet } from "../rules/index.ts";
import type { RunningServer } from "./ports.ts";

/** Files that are named; a fleet's thousands are counted. */
const NAMED_FILES = 10;

const STATES: Readonly<Record<RuleFile["state"], string>> = {
  loaded: "",
  "kept-last-good": ", broken: its last good version runs",
  rejected: ", broken: it does not run",
};

/** Ends in a newline. */
export function banner(
  config: SlowburnConfig,
  running: Omit<RunningServer, "close">,
  version: string,
  hasColours: boolean,
): string {
  const { rules, receivers, apiUrl, otlpHttpUrl, otlpGrpcUrl } = running;
  const rows: readonly (readonly [title: string, text: string])[] = [
    ["OTLP/HTTP", otlpHttpUrl],
    ["OTLP/gRPC", otlpGrpcUrl],
    ["API", `${apiUrl}  (/metrics for Prometheus, /dashboards for Grafana)`],
    ["data", `${config.dataDirectory}  (${durability(config)})`],
    ...ruleRows(config.rulesDirectory, rules),
    ["alerts", alertsRow(receivers)],
    ["next", `point an SDK here: OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttpUrl}`],
    ["", `look at your SLOs: npx slowburn status${statusUrl(apiUrl)}`],
  ];
  const lines = rows.map(([title, text]) => `  ${title.padEnd(10)} ${text}\n`).join("");
  return `slowburn ${version}\n${lines}${renderProblems(rules.problems, { colour: hasColours })}`;
}

function ruleRows(
  directory: string,
  { files, slos }: RuleSet,
): readonly (readonly [string, string])[] {
  const head = `${directory}  (${plural(slos.length, "SLO")} from ${plural(files.length, "file")})`;
  const named = files
    .slice(0, NAMED_FILES)
    .map(
      ({ file, sloCount, state }) =>
        ["", `${file}: ${plural(sloCount, "SLO")}${STATES[state]}`] as const,
    );
  const rest = files.length - named.length;
  return [["rules", head], ...named, ...(rest > 0 ? [["", `and ${rest} more`] as const] : [])];
}

const alertsRow = (receivers: RunningServer["receivers"]): string =>
  receivers.length === 0
    ? "go nowhere yet: set alertmanager.urls or webhook.urls"
    : `go to ${receivers.map(({ receiver, url }) => `${receiver} ${url}`).join(", ")}`;

const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

const durability = ({ durability: kind }: SlowburnConfig): string =>
  kind === "ack"
    ? "an answer means: it would survive a power cut"
    : "interval: a crash loses the last moments";

/** `status` finds the default address by itself. */
const statusUrl = (apiUrl: string): string =>
  apiUrl === "http://127.0.0.1:4319" ? "" : ` --url ${apiUrl}`;
