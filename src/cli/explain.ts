/** `slowburn explain`: what an SLO of the rule files means, at the traffic that a running slowburn sees. */
import { InvalidArgumentError, type Command } from "commander";
import type { BurnAnswer, SloDetailAnswer } from "../api/index.ts";
import { nearestName } from "../rules/index.ts";
import { isComposite, OperationError, parseDuration, type Slo } from "../slo/index.ts";
import { apiAddress, webAddress, type AddressOptions } from "./api-address.ts";
import { ApiClient } from "./api-client.ts";
import { EXIT } from "./exit-codes.ts";
import { memberOutages } from "./explain-members.ts";
import { explainText, isUncounted, outagesOf, sliceTraffic } from "./explain-text.ts";
import { foresee, type Traffic } from "./outage-words.ts";
import type { CliPorts } from "./ports.ts";
import { printable } from "./printable.ts";
import { readPaths } from "./rule-paths.ts";

const DAY_SECONDS = 86_400;

const EXAMPLES = `
Examples:
  $ slowburn explain checkout/availability
  $ slowburn explain checkout/availability --traffic 20/s
  $ slowburn explain checkout/latency --rules new-rules --json

Traffic is what a running slowburn counted over the last day (--url, or the configured address), unless --traffic says it.
Of an SLO that counts slices of time it makes no difference: each slice counts one.`;

interface ExplainOptions extends AddressOptions {
  readonly rules?: string;
  readonly traffic?: number;
  readonly json?: true;
}

export function addExplain(
  program: Command,
  ports: CliPorts,
  done: (exitCode: number) => void,
): void {
  program
    .command("explain")
    .summary("say what an SLO means, and when its alerts would fire")
    .description(
      "Says in sentences what counts as good, how many errors that allows, and when each alert would fire in an outage.",
    )
    .argument("<slo>", "service/name")
    .option("--rules <path>", "rule file or directory; the configured directory by default")
    .option("--traffic <rate>", "events per time: 20/s, 600/h", rate)
    .option("--url <url>", "where slowburn's API is, for the present traffic", webAddress)
    .option("--token-file <file>", "file with the bearer token of the API")
    .option("--json", "print the same as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (id: string, options: ExplainOptions) => {
      const { rules } = options;
      const { slos } = readPaths(rules === undefined ? [] : [rules], ports);
      const slo = findSlo(id, slos);
      const traffic = await trafficOf(slo, options, ports);
      const isJson = options.json === true;
      ports.out(isJson ? jsonOf(slo, traffic, slos) : printable(explainText(slo, traffic, slos)));
      done(EXIT.fine);
    });
}

function findSlo(id: string, slos: readonly Slo[]): Slo {
  const slo = slos.find((each) => each.id === id);
  if (slo !== undefined) return slo;
  const near = nearestName(
    id,
    slos.map((each) => each.id),
  );
  const hint = near === undefined ? "slowburn check lists what is wrong" : `did you mean ${near}?`;
  throw new OperationError("unknown-slo", `no SLO ${id} in the rules (hint: ${hint})`, {
    retryable: false,
  });
}

/** Of a running slowburn that knows the SLO; one that does not answer is no trouble here. */
async function trafficOf(
  slo: Slo,
  options: ExplainOptions,
  ports: CliPorts,
): Promise<Traffic | undefined> {
  if (isUncounted(slo)) return undefined;
  const slices = sliceTraffic(slo);
  if (slices !== undefined) return slices;
  if (options.traffic !== undefined) return { perSecond: options.traffic, source: "as given" };
  const client = new ApiClient({ ...apiAddress(options, ports), fetch: ports.fetch });
  try {
    return presentTraffic(await client.slo(slo.id));
  } catch (error) {
    if (error instanceof OperationError && options.url === undefined) return undefined;
    throw error;
  }
}

/** Over the longest lookback up to a day, of a younger SLO since it counts. Each group alerts alone: the busiest counts. */
function presentTraffic({ groups }: SloDetailAnswer): Traffic | undefined {
  const rates = groups.map(({ burnRates, at, since }) => {
    const ageSeconds = (Date.parse(at) - Date.parse(since)) / 1000;
    const lookback = burnRates.findLast((each: BurnAnswer) => each.lookbackSeconds <= DAY_SECONDS);
    if (lookback === undefined) return 0;
    return lookback.total / Math.max(1, Math.min(lookback.lookbackSeconds, ageSeconds));
  });
  const perSecond = Math.max(0, ...rates);
  const source = groups.length > 1 ? "present traffic of the busiest group" : "present traffic";
  return perSecond > 0 ? { perSecond, source } : undefined;
}

function jsonOf(slo: Slo, traffic: Traffic | undefined, slos: readonly Slo[]): string {
  const json = traffic && { eventsPerSecond: traffic.perSecond, source: traffic.source };
  const tiers = slo.alerts.tiers.map((tier) => ({
    ...tier,
    outages: outagesOf(slo).map((errorRatio) => ({
      errorRatio,
      ...foresee(slo, tier, errorRatio, traffic),
    })),
  }));
  const members = isComposite(slo) ? { members: memberOutages(slo, slos) } : {};
  return `${JSON.stringify({ slo, traffic: json ?? null, tiers, ...members }, null, 2)}\n`;
}

/** `20/s`, `600/h`, `1e4/1d` → events a second. */
function rate(text: string): number {
  const [, amount = "", span = ""] = /^\s*([\d.e+]+)\s*\/\s*(\w+)\s*$/i.exec(text) ?? [];
  const ms = parseDuration(/^\d/.test(span) ? span : `1${span}`);
  const perSecond = ms === undefined ? NaN : (Number(amount) * 1000) / ms;
  if (perSecond > 0 && Number.isFinite(perSecond)) return perSecond;
  throw new InvalidArgumentError("It is written as 20/s, 600/h or 10000/d.");
}
