/** `slowburn status`: asks a running slowburn and prints one line per SLO. */
import { type Command, InvalidArgumentError } from "commander";
import type { SloAnswer } from "../api/index.ts";
import { apiAddress, webAddress, type AddressOptions } from "./api-address.ts";
import { ApiClient } from "./api-client.ts";
import { hasColours, painter } from "./colours.ts";
import { EXIT } from "./exit-codes.ts";
import { noMatch } from "./no-match.ts";
import type { CliPorts } from "./ports.ts";
import { receiverNotes } from "./receiver-notes.ts";
import { isTrouble, statusText } from "./status-text.ts";

const EXAMPLES = `
Examples:
  $ slowburn status
  $ slowburn status --service checkout --label tier=1
  $ slowburn status --url https://slowburn.example:4319 --token-file ./token
  $ slowburn status --json | jq '.slos[] | select(.reading.budgetProjected < 0.1) | .id'
  $ slowburn status --watch 5

Of an SLO with groups the group with the least budget left is shown. A receiver that takes no alerts gets a line.
Without --url, address and token are those of the configuration (slowburn.yaml, SLOWBURN_ variables).
Exits with 1 when a shown SLO has a firing alert or no budget left, with 2 when slowburn does not answer, or none of
its SLOs passes the filters.`;

interface StatusOptions extends AddressOptions {
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
    .option("--url <url>", "where slowburn's API is", webAddress)
    .option("--token-file <file>", "file with the bearer token of the API")
    .option("--service <name>", "only SLOs of this service")
    .option("--label <name=value>", "only SLOs with this label; may be repeated", append)
    .option("--json", "print what the API answered")
    .option("--watch <seconds>", "print again every so many seconds, until stopped", positive)
    .addHelpText("after", EXAMPLES)
    .action(async (options: StatusOptions) => {
      const client = new ApiClient({ ...apiAddress(options, ports), fetch: ports.fetch });
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
  if (slos.length === 0 && isFiltered(options)) {
    const all = await client.slos({});
    if (all.slos.length > 0) throw noMatch(options, all.slos);
  }
  if (options.json === true) ports.out(`${JSON.stringify({ at, slos }, null, 2)}\n`);
  else {
    const { receivers } = await client.status();
    const warnings = receiverNotes(receivers, ports.now());
    const paint = painter(hasColours(ports));
    ports.out(statusText({ at, slos, url: client.url, paint, warnings }));
  }
  const hasTrouble = slos.some((slo: SloAnswer) => isTrouble(slo));
  return hasTrouble ? EXIT.found : EXIT.fine;
}

const isFiltered = ({ service, label = [] }: StatusOptions): boolean =>
  service !== undefined || label.length > 0;

const append = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

function positive(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0.1 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError("It is a number of seconds, from 0.1 on.");
}
