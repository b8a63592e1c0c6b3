/** Numbers of a stream: which stream is meant, what is read of it, and when it is what was expected. */
import type { StreamReading, StreamView } from "../engine/index.ts";
import { nearestName } from "../rules/index.ts";
import { sliRatio, windowText, type Slo } from "../slo/index.ts";
import { refuse } from "./problem-codes.ts";
import type { Expected, Quantity, StreamSelector } from "./script.ts";
import type { World } from "./world.ts";

/**
 * The last bits of a ratio depend on the order of its operations; an implementation may choose another. Counts below 2^53
 * and ratios of counts below 1e6 that differ, differ by more than this.
 */
const ROUNDING = 1e-12;

/** The SLO that is meant: the only one when none is named. Throws `ProblemError`. */
export function sloOf(world: World, { slo: id, place }: StreamSelector): Slo {
  const { slos } = world.replay.engine;
  const ids = slos.map((slo) => slo.id);
  if (slos.length === 0) refuse("no-rules", place, "no rules are in force", "begin with `rules …`");
  const named = id === undefined && slos.length === 1 ? slos[0] : slos.find((slo) => slo.id === id);
  if (named !== undefined) return named;
  const hint = `slo= is one of: ${ids.slice(0, 12).join(", ")}`;
  if (id === undefined)
    refuse("unknown-slo", place, `${slos.length} SLOs are in force, so one must be named`, hint);
  const nearest = nearestName(id, ids);
  const meant = nearest === undefined ? hint : `did you mean slo="${nearest}"?`;
  return refuse("unknown-slo", place, `no SLO ${id} is in force`, meant);
}

/** The stream; `undefined` when the SLO has none like that yet. Throws `ProblemError`. */
export function streamOf(world: World, selector: StreamSelector): StreamView | undefined {
  const slo = sloOf(world, selector);
  const { labels, place } = selector;
  const stray = Object.keys(labels).find((name) => !slo.per.includes(name));
  if (stray !== undefined) {
    const split = slo.per.length === 0 ? "it is not split" : `it is split by ${slo.per.join(", ")}`;
    refuse("unknown-label", place, `${slo.id} has no label ${stray}: ${split}`);
  }
  const streams = world.replay.engine
    .streamsOf(slo.id)
    .filter(({ group }) =>
      slo.per.every((name, k) => labels[name] === undefined || labels[name] === group[k]),
    );
  if (streams.length > 1) {
    const keys = streams.slice(0, 8).map(({ key }) => key);
    refuse("unknown-label", place, `${streams.length} groups could be meant`, keys.join(", "));
  }
  return streams[0];
}

/** `undefined`: absent. Throws `ProblemError`. */
export function numberOf(
  world: World,
  quantity: Quantity,
  selector: StreamSelector,
): number | undefined {
  const slo = sloOf(world, selector);
  const stream = streamOf(world, selector);
  if (quantity.startsWith("budget") || quantity.startsWith("good_"))
    refuseLookback(quantity, selector);
  if (stream === undefined) return undefined;
  const reading = world.replay.engine.read(stream.index);
  const { good, total, errorRatio, burnRate } = windowOf(reading, slo, selector);
  switch (quantity) {
    case "good":
      return good;
    case "total":
      return total;
    case "bad":
      return total - good;
    case "ratio":
      return sliRatio(good, total);
    case "error_ratio":
      return errorRatio;
    case "burn_rate":
      return burnRate;
    case "budget_remaining":
      return reading.budgetRemaining;
    case "budget_consumed":
      return reading.budgetConsumed;
    case "budget_projected":
      return reading.budgetProjected;
    case "good_lowest":
      return reading.goodBounds?.[0] ?? good;
    case "good_highest":
      return reading.goodBounds?.[1] ?? good;
  }
}

function windowOf(
  reading: StreamReading,
  slo: Slo,
  { window: name, place }: StreamSelector,
): Pick<StreamReading["windows"][number], "good" | "total" | "errorRatio" | "burnRate"> {
  const { windows } = reading;
  const wanted = name ?? windowText(slo.window);
  const found = windows.find(({ window }) => windowText(window) === wanted);
  if (found !== undefined) return found;
  const known = windows.map(({ window }) => windowText(window)).join(", ");
  return refuse(
    "unknown-window",
    place,
    `${slo.id} is not read over ${wanted}`,
    `one of: ${known}`,
  );
}

function refuseLookback(quantity: Quantity, { window, place }: StreamSelector): void {
  if (window !== undefined)
    refuse("unknown-window", place, `${quantity} is of the SLO's own window`, "leave window= out");
}

export function isAsExpected({ value, tolerance }: Expected, actual: number | undefined): boolean {
  if (value === undefined || actual === undefined) return value === actual;
  if (Number.isInteger(value) && Number.isInteger(actual) && tolerance === 0)
    return value === actual;
  return Math.abs(actual - value) <= tolerance + ROUNDING * Math.max(1, Math.abs(value));
}

/** A number as people read it; absent where there is none. */
export const numberText = (value: number | undefined): string =>
  value === undefined ? "absent" : String(value);
