/** The matrix of the ingest bench: kind of point x points a request x encoding, and what DESIGN section 9 asks of a cell. */
import type { LoadSettings } from "./otlp-load.ts";
import type { Target } from "./row.ts";

export interface IngestCell {
  readonly name: string;
  readonly kind: LoadSettings["kind"];
  readonly pointsPerRequest: number;
  readonly seriesCount: number;
  readonly connectionCount: number;
  readonly isGzip: boolean;
  /** Thousand points per CPU second. */
  readonly goal?: Pick<Target, "target" | "beat">;
  /** Latency at half of the rate that was reached. */
  readonly isPaced: boolean;
  /** Bytes per series are told. */
  readonly isMemory: boolean;
}

/** Small requests come from many senders. A round of every series takes a second at most, but for the slowest peers. */
const SIZES = [
  { pointsPerRequest: 10, connectionCount: 64, seriesCount: { sum: 10_000, histogram: 5_000 } },
  { pointsPerRequest: 100, connectionCount: 32, seriesCount: { sum: 30_000, histogram: 10_000 } },
  { pointsPerRequest: 1_000, connectionCount: 8, seriesCount: { sum: 100_000, histogram: 20_000 } },
  { pointsPerRequest: 5_000, connectionCount: 4, seriesCount: { sum: 100_000, histogram: 20_000 } },
] as const;

const NOUNS = { sum: "sums", histogram: "14-bound histograms" } as const;

/** By the cell's name. */
const GOALS: Readonly<Record<string, IngestCell["goal"]>> = {
  "10 sums a request, 64 connections": { target: 150, beat: 300 },
  "100 sums a request, 32 connections": { target: 500, beat: 1_000 },
  "1000 sums a request, 8 connections": { target: 1_000, beat: 2_000 },
  "1000 sums a request, gzip, 8 connections": { target: 600, beat: 1_000 },
  "1000 14-bound histograms a request, 8 connections": { target: 700, beat: 1_500 },
};
const PACED: ReadonlySet<string> = new Set([
  "100 sums a request, 32 connections",
  "1000 sums a request, 8 connections",
]);

export const INGEST_CELLS: readonly IngestCell[] = (["sum", "histogram"] as const).flatMap((kind) =>
  SIZES.flatMap((size) => [false, true].map((isGzip) => cellOf(kind, size, isGzip))),
);

function cellOf(
  kind: IngestCell["kind"],
  size: (typeof SIZES)[number],
  isGzip: boolean,
): IngestCell {
  const { pointsPerRequest, connectionCount, seriesCount } = size;
  const encoding = isGzip ? ", gzip" : "";
  const name = `${pointsPerRequest} ${NOUNS[kind]} a request${encoding}, ${connectionCount} connections`;
  const goal = GOALS[name];
  return {
    name,
    kind,
    pointsPerRequest,
    seriesCount: seriesCount[kind],
    connectionCount,
    isGzip,
    ...(goal === undefined ? {} : { goal }),
    isPaced: PACED.has(name),
    isMemory: pointsPerRequest === 1_000 && !isGzip,
  };
}
