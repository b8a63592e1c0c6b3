/** Capture files for tests, in every layout, in a folder that goes when the test file ends. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { Capture, type CaptureRecord } from "../../src/capture/index.ts";
import type { Problem } from "../../src/slo/index.ts";
import { buildRequest } from "../otlp/request-builder.ts";
import { EPOCH_MS, nanos } from "../series/harness.ts";

const folder = mkdtempSync(join(tmpdir(), "slowburn-capture-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let fileCount = 0;

export const newPath = (): string => join(folder, `capture-${++fileCount}`);

export function written(bytes: Uint8Array | string): string {
  const file = newPath();
  writeFileSync(file, bytes);
  return file;
}

/** A counter's point, and the same in the layout that the Collector's JSON marshaler gives it. */
export const requestAt = (seconds: number, int: number): Uint8Array =>
  buildRequest({
    metrics: [
      { name: "requests", sum: { points: [{ start: nanos(0), time: nanos(seconds), int }] } },
    ],
  });

export const jsonAt = (seconds: number, int: number): string => {
  const point = {
    startTimeUnixNano: String(nanos(0)),
    timeUnixNano: String(nanos(seconds)),
    asInt: String(int),
  };
  const sum = { dataPoints: [point], aggregationTemporality: 2, isMonotonic: true };
  return JSON.stringify({
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "requests", sum }] }] }],
  });
};

/** The file exporter's `format: proto`: each message behind its size in 4 bytes. */
export const sized = (...records: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(
    records.flatMap((record) => {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(record.length);
      return [size, record];
    }),
  );

export interface ReadBack {
  /** Seconds after `EPOCH_MS`, and the request's bytes in hexadecimal. */
  readonly records: readonly (readonly [seconds: number, request: string])[];
  readonly problems: readonly Problem[];
}

/** Everything of a file; problems are collected, and what throws is thrown. */
export async function readBack(file: string, latestMs = Infinity): Promise<ReadBack> {
  const problems: Problem[] = [];
  const onProblem = (problem: Problem) => void problems.push(problem);
  const capture = await Capture.open(file, { latestMs, onProblem });
  const records: (readonly [number, string])[] = [];
  for await (const record of capture.records()) records.push(shown(record));
  return { records, problems };
}

export const shown = ({ arrivedMs, request }: CaptureRecord): readonly [number, string] => [
  (arrivedMs - EPOCH_MS) / 1000,
  Buffer.from(request).toString("hex"),
];
