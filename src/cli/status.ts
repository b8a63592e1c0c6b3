/** `slowburn status`: asks a running slowburn and prints one line per SLO. */
import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { loadConfig } from "../config/index.ts";
import type { SloAnswer } from "../api/index.ts";
import { OperationError, ProblemError } from "../slo/index.ts";
import { ApiClient } from "./api-client.ts";
import { hasColours, painter } from "./colours.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";
import { isTrouble, statusText } from "./status-text.ts";

const EXAMPLES = `
Examples:
  $ slowburn status
  $ slowburn status --service checkout --label tier=1
  $ slowburn status --url https://slowburn.example:4319 --token-file ./token
  $ slowburn status --json | jq '.slos[] | select(.reading.budgetProjected < 0.1) | .id'
  $ slowburn status --watch 5

Of an SLO with groups the group with the least budget left is shown. Without --url, address and token are those of
the configuration (slowburn.yaml, SLOWBURN_ variables).
Exits with 1 when a shown SLO has a firing alert or no budget left, with 2 when slowburn does not answer.`;

interface StatusOptions {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly service?: string;
  readonly label?: readonly string[];
  readonly json?: true;
  readonly watch?: number;
}

export function addStatus(
  program: Command,
  ports: CliPorts,
  done: (exitCode: number) => void,
): void {
  program
    .command("status")
    .summary("print SLOs, budgets, burn rates and alerts of a running slowburn")
    .description(
      "Asks a running slowburn for its SLOs: objective, SLI, budget left, burn rates, alerts.",
    )
    .option("--url <url>", "where slowburn's API is")
    .option("--token-file <file>", "file with the bearer token of the API")
    .option("--service <name>", "only SLOs of this service")
    .option("--label <name=value>", "only SLOs with this label; may be repeated", append)
    .option("--json", "print what the API answered")
    .option("--watch <seconds>", "print again every so many seconds, until stopped", positive)
    .addHelpText("after", EXAMPLES)
    .action(async (options: StatusOptions) => {
      const client = new ApiClient({ ...address(options, ports), fetch: ports.fetch });
      const seconds = options.watch;
      done(await printOnce(client, options, ports));
      while (seconds !== undefined) {
        await ports.wait(seconds * 1000);
        if (ports.isTerminal) ports.out("\u001b[H\u001b[2J");
        done(await printOnce(client, options, ports));
      }
    });
}

async function printOnce(
  client: ApiClient,
  options: StatusOptions,
  ports: CliPorts,
): Promise<number> {
  const { at, slos } = await client.slos(options);
  if (options.json === true) ports.out(`${JSON.stringify({ at, slos }, null, 2)}\n`);
  else ports.out(statusText({ at, slos, url: client.url, paint: painter(hasColours(ports)) }));
  const hasTrouble = slos.some((slo: SloAnswer) => isTrouble(slo));
  return hasTrouble ? EXIT.found : EXIT.fine;
}

interface Address {
  readonly url: string;
  readonly token: string | undefined;
}

/** The configured token goes to the configured address only. */
function address({ url, tokenFile }: StatusOptions, { environment }: CliPorts): Address {
  const token = tokenFile === undefined ? undefined : readToken(tokenFile);
  if (url !== undefined) return { url: url.replace(/\/+$/, ""), token };
  const { config, problems } = loadConfig({ environment });
  if (config === undefined) throw new ProblemError(problems);
  const { host, port } = config.api;
  const reached = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  const name = reached.includes(":") ? `[${reached}]` : reached;
  const scheme = config.tls === undefined ? "http" : "https";
  return { url: `${scheme}://${name}:${port}`, token: token ?? config.tokens.api?.reveal() };
}

function readToken(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError("unreadable", `cannot read the token: ${reason}`, {
      cause,
      retryable: false,
    });
  }
}

const append = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

function positive(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0.1 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError("It is a number of seconds, from 0.1 on.");
}
