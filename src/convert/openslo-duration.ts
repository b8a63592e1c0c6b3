/** Spans as OpenSLO's `duration-shorthand`: one number and one letter, the largest that divides it. */
import { formatDuration } from "../slo/index.ts";
import { NotConvertible } from "./not-convertible.ts";

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
] as const;

/** `what` names the span where it cannot be written. */
export function shorthandText(spanMs: number, what: string): string {
  for (const [letter, size] of UNITS) if (spanMs % size === 0) return `${spanMs / size}${letter}`;
  const message = `${what} is ${formatDuration(spanMs)}, and OpenSLO counts whole minutes`;
  throw new NotConvertible(message, "round it to minutes");
}
