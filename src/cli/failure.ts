/** Any error → a sentence and an exit code. A stack is shown for bugs only. */
import { OperationError, ProblemError } from "../slo/index.ts";
import { renderProblems } from "../rules/index.ts";
import { EXIT } from "./exit-codes.ts";
import { printable } from "./printable.ts";

export interface Failure {
  /** Ends in a newline. */
  readonly text: string;
  readonly exitCode: number;
}

/** What to do about the codes an operator meets; the error's message already says what happened. */
const ADVICE: Readonly<Record<string, string>> = {
  "port-in-use": "--otlp-http-port, --otlp-grpc-port and --api-port choose other ports",
  "address-unavailable": "--otlp-http-host, --otlp-grpc-host and --api-host choose the address",
  "directory-locked": "--data-directory chooses another directory",
  "foreign-directory": "--data-directory names a directory that slowburn may use alone",
  "directory-unwritable":
    "give the user that runs slowburn the right to write there, or use --data-directory",
  "schema-newer": "start the slowburn version that wrote it, or a newer one",
  "tls-unusable":
    "--tls-cert-file and --tls-key-file name a PEM certificate chain and its private key",
  "disk-full": "make room; nothing that was acknowledged is lost",
};

/** Trouble that passes without anybody changing slowburn's configuration: a supervisor may start it again. */
const PASSING: ReadonlySet<string> = new Set(["disk-error", "disk-full"]);

export function failureOf(error: unknown, hasColours: boolean): Failure {
  if (error instanceof ProblemError)
    return { text: renderProblems(error.problems, { colour: hasColours }), exitCode: EXIT.failed };
  if (error instanceof OperationError) {
    const advice = ADVICE[error.code];
    const hint = advice === undefined ? "" : `hint: ${advice}\n`;
    const exitCode = PASSING.has(error.code) ? EXIT.startAgain : EXIT.failed;
    const text = printable(`error ${error.code}: ${error.message}\n${hint}`);
    return { text, exitCode };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `slowburn has a bug, please report it:\n${stack}\n`, exitCode: EXIT.bug };
}
