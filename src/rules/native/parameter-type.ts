/** What arguments of each type are, and what to write instead of one that is none. */
import { parseDuration, parseDurationNanos } from "../../slo/index.ts";
import { explainDuration } from "./checks.ts";
import type { ParameterType } from "./template-schema.ts";

export interface TypeRule {
  readonly title: string;
  readonly isRight: (value: unknown) => boolean;
  /** What `min` and `max` bound. */
  readonly measure?: (value: unknown) => number | undefined;
  readonly hint: (value: unknown) => string | undefined;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const quoted = (value: unknown): string | undefined =>
  typeof value === "number" || typeof value === "boolean" ? `write "${value}"` : undefined;

export const TYPES: Readonly<Record<ParameterType, TypeRule>> = {
  string: { title: "a text", isRight: isText, hint: quoted },
  metric: {
    title: "a metric's name",
    isRight: (value) => isText(value) && value.length <= 255 && !/\s/.test(value),
    hint: () => "write http.server.request.duration",
  },
  number: {
    title: "a number",
    isRight: (value) => typeof value === "number" && Number.isFinite(value),
    measure: Number,
    hint: () => undefined,
  },
  percentage: {
    title: "a percentage",
    isRight: (value) => percentOf(value) !== undefined,
    measure: percentOf,
    hint: () => "write it with its sign: 99.9%",
  },
  duration: {
    title: "a duration",
    isRight: (value) => nanosOf(value) !== undefined,
    measure: nanosOf,
    hint: (value) => explainDuration(value).hint,
  },
  boolean: {
    title: "true or false",
    isRight: (value) => typeof value === "boolean",
    hint: () => "write true or false",
  },
  strings: {
    title: "a list of at least one text",
    isRight: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
    measure: (value) => (value as readonly unknown[]).length, // right values are lists
    hint: (value) => (typeof value === "string" ? `write [${value}]` : "write [a, b]"),
  },
};

function percentOf(value: unknown): number | undefined {
  const match = isText(value) ? /^\s*(\d{1,3}(?:\.\d{1,7})?)\s*%\s*$/.exec(value) : null;
  const percent = Number(match?.[1] ?? NaN);
  return percent <= 100 ? percent : undefined;
}

/** A year has more nanoseconds than a number holds exactly, and needs none of them. */
function nanosOf(value: unknown): number | undefined {
  if (!isText(value)) return undefined;
  const ms = parseDuration(value);
  return parseDurationNanos(value) ?? (ms === undefined ? undefined : ms * 1e6);
}
