/** `slowburn serve`: reads the configuration, starts the server, and sees it to its end. */
import type { Command } from "commander";
import { configFlags, loadConfig, printConfig, type SlowburnConfig } from "../config/index.ts";
import { renderProblems } from "../rules/index.ts";
import { ProblemError } from "../slo/index.ts";
import { createEventLog, type EventLog } from "../telemetry/index.ts";
import { banner } from "./banner.ts";
import { hasColours } from "./colours.ts";
import { Lifetime } from "./lifetime.ts";
import type { CliPorts } from "./ports.ts";

const EXAMPLES = `
Examples:
  $ slowburn serve
  $ slowburn serve --rules-directory ./slo --data-directory /var/lib/slowburn
  $ slowburn serve --alertmanager-urls http://127.0.0.1:9093
  $ SLOWBURN_API_PORT=5319 slowburn serve --print-config

Each option is also a key of slowburn.yaml and a SLOWBURN_ variable; --print-config shows all of them, and where
each value comes from. Options win over variables, variables over the file.`;

export function addServe(
  program: Command,
  ports: CliPorts,
  done: (exitCode: number) => void,
): void {
  const command = program
    .command("serve")
    .summary("take OTLP, evaluate SLOs, alert")
    .description(
      "Takes OTLP metrics, evaluates SLOs, raises alerts and answers Prometheus, until it is stopped.",
    )
    .option("--config <file>", "configuration file (slowburn.yaml, when it is there)")
    .option("--print-config", "print the configuration, secrets masked, and exit");
  for (const { flags, description, isRepeatable } of configFlags()) {
    if (isRepeatable) command.option(flags, description, collect);
    else command.option(flags, description);
  }
  command.addHelpText("after", EXAMPLES).action(async (options: Record<string, unknown>) => {
    const { printConfig: onlyPrint, ...flags } = options;
    const config = readConfig(flags, ports);
    if (onlyPrint === true) ports.out(printConfig(config));
    else done(await serve(config, ports));
  });
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

function readConfig(flags: Readonly<Record<string, unknown>>, ports: CliPorts): SlowburnConfig {
  const { config, problems } = loadConfig({ flags, environment: ports.environment });
  if (config === undefined) throw new ProblemError(problems);
  ports.err(renderProblems(problems)); // warnings
  return config;
}

async function serve(config: SlowburnConfig, ports: CliPorts): Promise<number> {
  const log = serverLog(config, ports);
  const lifetime = new Lifetime(ports, log, config.dataDirectory);
  try {
    const onFatal = (error: unknown) => lifetime.fail(error);
    const started = ports.startServer(config, { log, version: ports.version, onFatal });
    const running = await Promise.race([started, lifetime.orFatal()]);
    ports.out(banner(config, running, ports.version, hasColours(ports)));
    return await lifetime.untilStopped(running);
  } finally {
    lifetime.end();
  }
}

function serverLog({ log, tokens }: SlowburnConfig, { err, now }: CliPorts): EventLog {
  const secrets = [tokens.api, tokens.ingest].flatMap((secret) =>
    secret === undefined ? [] : [secret.reveal()],
  );
  return createEventLog({ ...log, secrets, write: err, now });
}
