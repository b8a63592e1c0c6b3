/** `metric http.server.request.duration histogram unit s bounds 0.005 0.01 …` */
import { refuse } from "./problem-codes.ts";
import type { LineCursor } from "./line-cursor.ts";
import { readName } from "./read-selector.ts";
import type { MetricKind, MetricSpec } from "./script.ts";

const KINDS: readonly (readonly [words: string, kind: MetricKind])[] = [
  ["counter", "counter"],
  ["updown", "updown"],
  ["gauge", "gauge"],
  ["exponential histogram", "exponential"],
  ["histogram", "histogram"],
];
const DEFAULT_SCALE = 3;
/** Advisory buckets of the semantic conventions for `http.server.request.duration`, in seconds. */
const DURATION_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Those of an SDK that was told nothing. */
const DEFAULT_BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];

export function readMetric(cursor: LineCursor): MetricSpec {
  const from = cursor.position;
  const name = readName(cursor, "a metric's name");
  const isDelta = cursor.accept("delta");
  const kind = KINDS.find(([words]) => cursor.accept(words))?.[1];
  if (kind === undefined) {
    const known = KINDS.map(([words]) => words).join(", ");
    const hint = `one of: ${known}; \`delta\` may stand before it`;
    cursor.refuseNext("a kind must stand here", hint);
  }
  if (isDelta && (kind === "gauge" || kind === "updown"))
    refuse("script-syntax", cursor.placeFrom(from), `a ${kind} has no deltas here`);
  const unit = cursor.accept("unit") ? readUnit(cursor) : "";
  const bounds = kind === "histogram" ? readBounds(cursor, unit) : [];
  const scale =
    kind === "exponential" && cursor.accept("scale") ? readScale(cursor) : DEFAULT_SCALE;
  cursor.expectEnd();
  return { name, kind, isDelta, unit, bounds, scale };
}

const readUnit = (cursor: LineCursor): string =>
  cursor.acceptText() ??
  cursor.take(/[^\s"]+/y)?.[0] ??
  cursor.refuseNext("a unit must stand here", "as in `unit s`");

/** The range of opentelemetry-specification, metrics/sdk.md, MaxScale. */
function readScale(cursor: LineCursor): number {
  const from = cursor.position;
  const scale = cursor.number("a scale");
  if (!Number.isInteger(scale) || scale < -10 || scale > 20)
    refuse("script-syntax", cursor.placeFrom(from), "a scale is a whole number from -10 to 20");
  return scale;
}

/** By default what an SDK has: the conventions' of durations in seconds, else those of the specification. */
function readBounds(cursor: LineCursor, unit: string): readonly number[] {
  if (!cursor.accept("bounds")) return unit === "s" ? DURATION_BOUNDS : DEFAULT_BOUNDS;
  const from = cursor.position;
  const bounds: number[] = [];
  for (let bound = cursor.acceptNumber(); bound !== undefined; bound = cursor.acceptNumber())
    bounds.push(bound);
  const isAscending = bounds.every((bound, k) => bound > (bounds[k - 1] ?? -Infinity));
  if (bounds.length === 0) cursor.refuseNext("bounds must stand here", "as in `bounds 0.1 0.25 1`");
  if (!isAscending) refuse("script-syntax", cursor.placeFrom(from), "bounds ascend");
  return bounds;
}
