/** The structured log: pino underneath, named events on top (STYLE section 7: start, stop, reload, state changes; never one per item). */
import { pino } from "pino";
import type { EventName } from "./events.ts";
import { escapeControls, textLine } from "./log-line.ts";
import { createRedact } from "./redaction.ts";

export type LogFormat = "json" | "text";
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";
/** Plain data; an `Error` is written with type, message, code, stack and cause. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface EventLog {
  debug(event: EventName, fields?: LogFields): void;
  info(event: EventName, fields?: LogFields): void;
  warn(event: EventName, fields?: LogFields): void;
  error(event: EventName, fields?: LogFields): void;
}

export interface LogSettings {
  readonly format: LogFormat;
  readonly level: LogLevel;
  /** Values that must never appear: tokens and passwords of the configuration. */
  readonly secrets?: readonly string[];
  /** Takes one line with its line break. Standard error by default: standard output belongs to the command's answer. */
  readonly write?: (line: string) => void;
  /** Wall clock, ms. */
  readonly now?: () => number;
}

/** Lines are written synchronously, so that the last one before an exit is there. */
export function createEventLog(settings: LogSettings): EventLog {
  const write = settings.write ?? ((line: string) => void process.stderr.write(line));
  const now = settings.now ?? Date.now;
  const redact = createRedact(settings.secrets ?? []);
  const log = pino(
    {
      base: null,
      level: settings.level,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line: string) => {
        write(escapeControls(settings.format === "json" ? line : textLine(line)));
      },
    },
  );
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (event: EventName, fields: LogFields = {}): void => {
      if (log.isLevelEnabled(level)) log[level]({ event, ...redact(fields) });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
