/** Made-up captures: one service that sends its counters each 10 s, steady but for what a test changes. */
import type { CaptureRecord, RecordSource } from "../../src/capture/index.ts";
import { buildRequest, type NumberPointInput } from "../otlp/request-builder.ts";
import { EPOCH_MS, nanos } from "../series/harness.ts";

export interface TrafficSettings {
  readonly seconds: number;
  /** Per 10 s. */
  readonly events: number;
  /** Of those, how many are bad in the 10 s that end at `second`. */
  readonly badAt?: (second: number) => number;
  /** Seconds between exports. */
  readonly every?: number;
}

/** Requests of a process that began with the recording, with the moments at which a recorder got them. */
export function* traffic(settings: TrafficSettings): Generator<readonly [Uint8Array, number]> {
  const { seconds, events, badAt = () => 0, every = 10 } = settings;
  yield [new Uint8Array(0), EPOCH_MS];
  let [ok, bad] = [0, 0];
  for (let second = 10; second <= seconds; second += 10) {
    const fresh = badAt(second);
    bad += fresh;
    ok += events - fresh;
    if (second % every !== 0) continue;
    const point = (int: number, status: string): NumberPointInput => ({
      attributes: { status },
      start: nanos(0),
      time: nanos(second),
      int,
    });
    const points = [point(ok, "200"), ...(bad > 0 ? [point(bad, "500")] : [])];
    yield [
      buildRequest({
        resource: { "service.name": "shop" },
        metrics: [{ name: "http.requests", sum: { points } }],
      }),
      EPOCH_MS + second * 1000,
    ];
  }
}

export const sourceOf = (requests: Iterable<readonly [Uint8Array, number]>): RecordSource => ({
  file: "made up",
  async *records(): AsyncGenerator<CaptureRecord> {
    for (const [request, arrivedMs] of requests) {
      const refuse = (error: Error): never => {
        throw error;
      };
      yield await Promise.resolve({ request, arrivedMs, refuse });
    }
  },
});
