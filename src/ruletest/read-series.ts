/** A line of a `load` block: `http.requests{status="500"} from {service.name="pay"} writer b  10/s for 1h, +3`. */
import { nearestName } from "../rules/index.ts";
import { refuse } from "./problem-codes.ts";
import type { LineCursor } from "./line-cursor.ts";
import { readAttributes, readName } from "./read-selector.ts";
import { readValues } from "./read-values.ts";
import type { Attributes, MetricSpec, Origin, SeriesLoad } from "./script.ts";

export interface LoadContext {
  readonly metrics: ReadonlyMap<string, MetricSpec>;
  /** Of the last `resource` line. */
  readonly resource: Attributes;
  readonly everyMs: number;
}

export function readSeriesLoad(cursor: LineCursor, context: LoadContext): SeriesLoad {
  const { metrics, everyMs } = context;
  const place = cursor.linePlace;
  const from = cursor.position;
  const name = readName(cursor, "a metric's name");
  const metric = metrics.get(name);
  if (metric === undefined) {
    const nearest = nearestName(name, [...metrics.keys()]);
    const hint =
      nearest === undefined ? `write \`metric ${name} counter\`` : `did you mean ${nearest}?`;
    refuse("unknown-metric", cursor.placeFrom(from), `no \`metric\` line declares ${name}`, hint);
  }
  const attributes = readAttributes(cursor);
  const resource = cursor.accept("from")
    ? { ...context.resource, ...readAttributes(cursor) }
    : context.resource;
  const writer = cursor.accept("writer") ? readName(cursor, "a writer's name") : "";
  const origin = readOrigin(cursor);
  const values = readValues(cursor, { metric, everyMs });
  return { place, metric, resource, attributes, writer, origin, everyMs, values };
}

function readOrigin(cursor: LineCursor): Origin {
  const startedMs = cursor.accept("started") ? readStart(cursor) : undefined;
  const counted = cursor.accept("counted") ? readCounted(cursor) : 0;
  const aheadMs = cursor.accept("ahead") ? cursor.duration("how far its clock is ahead") : 0;
  return { startedMs, counted, aheadMs };
}

function readCounted(cursor: LineCursor): number {
  const from = cursor.position;
  const counted = cursor.number("what it had counted");
  if (!Number.isSafeInteger(counted) || counted < 0)
    refuse("wrong-values", cursor.placeFrom(from), "that is no number of events");
  return counted;
}

function readStart(cursor: LineCursor): Origin["startedMs"] {
  if (cursor.accept("unknown")) return "unknown";
  if (cursor.accept("sliding")) return "sliding";
  const sign = cursor.accept("-") ? -1 : 1;
  return sign * cursor.duration("a moment, unknown, or sliding");
}
