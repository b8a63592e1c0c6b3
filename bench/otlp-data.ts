/**
 * Requests as an SDK with cumulative temporality sends them, for every bench: the same K series over and over, each time
 * 10 s later and with higher values. Sums have 6 attributes and about 198 B a point, histograms 14 bounds and about 443 B.
 */
import { ProtobufWriter } from "../src/otlp/protobuf-writer.ts";

export interface OtlpDataSettings {
  readonly kind: "sum" | "histogram";
  readonly pointsPerRequest: number;
  readonly seriesCount: number;
  readonly requestCount: number;
  /** Requests take turns in naming so many resources; by default all name one. */
  readonly resourceCount?: number;
  /** So many routes, each on so many servers and in any number of versions; by default a route of its own per series. */
  readonly spread?: { readonly routeCount: number; readonly serverCount: number };
  /** Time of the first export; the senders started 1 s before it. */
  readonly startMs?: number;
}

export const BENCH_STEP_MS = 10_000;
export const BENCH_SUM_METRIC = "http.server.requests";
export const BENCH_HISTOGRAM_METRIC = "http.server.request.duration";
/** Semantic conventions, `http.server.request.duration`. */
export const BENCH_BOUNDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
const DEFAULT_START_MS = 1_800_000_000_000;

/** Every tenth series is one of bad events: `error.type` 500, the others `-`; routes and instances differ by series. */
export function otlpRequests(settings: OtlpDataSettings): Uint8Array<ArrayBuffer>[] {
  const { pointsPerRequest, requestCount } = settings;
  return Array.from({ length: requestCount }, (_, index) =>
    otlpRequest(settings, index * pointsPerRequest),
  );
}

/** The request that begins with the `firstPoint`th point of the endless round through the series. */
function otlpRequest(settings: OtlpDataSettings, firstPoint: number): Uint8Array<ArrayBuffer> {
  const { kind, pointsPerRequest, resourceCount = 1 } = settings;
  const instance = (firstPoint / pointsPerRequest) % resourceCount;
  const writer = new ProtobufWriter(pointsPerRequest * (kind === "sum" ? 210 : 460) + 512);
  const resourceMetrics = writer.begin(1);
  const resource = writer.begin(1);
  writeText(writer, 1, "service.name", "checkout");
  writeText(writer, 1, "service.instance.id", `checkout-7d9c6b5f4-x2x${instance}z`);
  writer.end(resource);
  const scopeMetrics = writer.begin(2);
  const scope = writer.begin(1);
  writer.text(1, "slowburn-bench");
  writer.end(scope);
  const metric = writer.begin(2);
  writer.text(1, kind === "sum" ? BENCH_SUM_METRIC : BENCH_HISTOGRAM_METRIC);
  writer.text(3, kind === "sum" ? "{request}" : "s");
  const data = writer.begin(kind === "sum" ? 7 : 9);
  for (let index = 0; index < pointsPerRequest; index++)
    writePoint(writer, settings, firstPoint + index);
  writer.uint(2, 2);
  if (kind === "sum") writer.uint(3, 1);
  for (const begun of [data, metric, scopeMetrics, resourceMetrics]) writer.end(begun);
  return writer.finish();
}

function writePoint(writer: ProtobufWriter, settings: OtlpDataSettings, ordinal: number): void {
  const { kind, seriesCount, startMs = DEFAULT_START_MS } = settings;
  const series = ordinal % seriesCount;
  const round = Math.floor(ordinal / seriesCount);
  const point = writer.begin(1);
  writeMillis(writer, 2, startMs - 1_000);
  writeMillis(writer, 3, startMs + round * BENCH_STEP_MS);
  if (kind === "sum") {
    writer.fixed64(6, 0, (round + 1) * (1 + (series % 7)));
    writeAttributes(writer, 7, series, settings.spread);
  } else {
    writeHistogram(writer, series, round);
    writeAttributes(writer, 9, series, settings.spread);
  }
  writer.end(point);
}

function writeHistogram(writer: ProtobufWriter, series: number, round: number): void {
  const counts = Array.from(
    { length: BENCH_BOUNDS.length + 1 },
    (_, bucket) => (round + 1) * ((series + bucket) % 5),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  writer.fixed64(4, 0, total);
  writer.double(5, total * 0.12);
  const packedCounts = writer.begin(6);
  for (const count of counts) writer.rawFixed64(0, count);
  writer.end(packedCounts);
  const packedBounds = writer.begin(7);
  for (const bound of BENCH_BOUNDS) writer.rawDouble(bound);
  writer.end(packedBounds);
}

function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  series: number,
  spread: OtlpDataSettings["spread"],
): void {
  const { routeCount, serverCount } = spread ?? { routeCount: series + 1, serverCount: 1 };
  const server = Math.floor(series / routeCount) % serverCount;
  const version = Math.floor(series / (routeCount * serverCount));
  const route = String(series % routeCount).padStart(7, "0");
  writeText(writer, field, "http.route", `/r/${route}`);
  writeText(writer, field, "http.request.method", series % 2 === 0 ? "GET" : "PUT");
  writeText(writer, field, "error.type", series % 10 === 0 ? "500" : "-");
  writeText(writer, field, "url.scheme", "https");
  writeText(writer, field, "network.protocol.version", spread === undefined ? "1.1" : `${version}`);
  writeText(
    writer,
    field,
    "server.address",
    spread === undefined ? "shop.example" : `shop-${server}.example`,
  );
}

function writeText(writer: ProtobufWriter, field: number, key: string, value: string): void {
  const attribute = writer.begin(field);
  writer.text(1, key);
  const any = writer.begin(2);
  writer.text(1, value);
  writer.end(any);
  writer.end(attribute);
}

/** Milliseconds as fixed64 nanoseconds; exact, since each half is computed below 2^53. */
function writeMillis(writer: ProtobufWriter, field: number, timeMs: number): void {
  const nanos = BigInt(timeMs) * 1_000_000n;
  writer.fixed64(field, Number(nanos >> 32n), Number(nanos & 0xffffffffn));
}
