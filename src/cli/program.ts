/** The command line as a whole: commands, help, and what every ending exits with. */
import { Command, CommanderError } from "commander";
import { addBacktest } from "./backtest.ts";
import { addCheck } from "./check.ts";
import { hasColours } from "./colours.ts";
import { addCompile } from "./compile.ts";
import { addConvert } from "./convert.ts";
import { addDashboards } from "./dashboards.ts";
import { addExplain } from "./explain.ts";
import { EXIT, EXIT_HELP } from "./exit-codes.ts";
import { failureOf } from "./failure.ts";
import { addPlan } from "./plan.ts";
import { addRecord } from "./record.ts";
import type { CliPorts } from "./ports.ts";
import { addServe } from "./serve.ts";
import { addStatus } from "./status.ts";
import { addTest } from "./test.ts";

/** Runs one command; resolves with the exit code. `args` without the program's own name. */
export async function run(args: readonly string[], ports: CliPorts): Promise<number> {
  let exitCode: number = EXIT.fine;
  const program = createProgram(ports, (code) => (exitCode = code));
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has printed its own message; help and version end with 0.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? EXIT.fine : failureCode(args, EXIT.failed);
    const failure = failureOf(error, hasColours(ports));
    ports.err(failure.text);
    return failureCode(args, failure.exitCode);
  }
}

/** `plan` says with 2 that something changes: there, what could not be done is 1. */
const failureCode = ([command]: readonly string[], code: number): number =>
  command === "plan" && code === EXIT.failed ? EXIT.found : code;

/** Columns of help that goes to a file or a pipe. */
const PLAIN_WIDTH = 100;

function createProgram(ports: CliPorts, done: (exitCode: number) => void): Command {
  const program = new Command("slowburn");
  program
    .description("Service level objectives from OpenTelemetry metrics, while the data streams by.")
    .version(`slowburn ${ports.version}`, "-V, --version", "print the version")
    .helpCommand("help [command]", "explain a command, as --help does")
    .addHelpText("after", `\nEach command explains itself: slowburn <command> --help\n${EXIT_HELP}`)
    .exitOverride()
    .showHelpAfterError("(slowburn --help lists commands and options)")
    .configureOutput({
      writeOut: ports.out,
      writeErr: ports.err,
      getOutHelpWidth: () => (ports.isTerminal ? process.stdout.columns : PLAIN_WIDTH),
      getErrHelpWidth: () => (ports.isTerminal ? process.stdout.columns : PLAIN_WIDTH),
    });
  addServe(program, ports, done);
  addCheck(program, ports, done);
  addTest(program, ports, done);
  addPlan(program, ports, done);
  addExplain(program, ports, done);
  addRecord(program, ports, done);
  addBacktest(program, ports, done);
  addStatus(program, ports, done);
  addCompile(program, ports, done);
  addConvert(program, ports, done);
  addDashboards(program, ports, done);
  return program;
}
