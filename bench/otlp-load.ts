/**
 * The requests of a load, encoded once and patched in place each time they are sent: a later time and higher values, so that
 * every sending is new cumulative data of the same series. Knows what good and total must come out of it.
 *
 *   number point     start(8) 0x19 time(8) 0x31 as_int(8)
 *   histogram point  start(8) 0x19 time(8) 0x21 count(8) 0x29 sum(8) 0x32 120 bucket_counts(15 x 8)
 */
import { BENCH_BOUNDS, otlpRequests, type OtlpDataSettings } from "./otlp-data.ts";

export interface LoadSettings {
  readonly kind: OtlpDataSettings["kind"];
  readonly pointsPerRequest: number;
  readonly seriesCount: number;
  /** The requests are spread over so many resources. */
  readonly resourceCount: number;
  readonly spread?: OtlpDataSettings["spread"];
}

/** What the rules of `bench-rules.ts` must have counted. */
export interface LoadTotals {
  readonly good: number;
  readonly total: number;
  readonly points: number;
}

/** Stands for the time until it is patched; its nanoseconds occur nowhere else in a request. */
const MARKER_MS = 1_234_567_890_123;
const BUCKET_COUNT = BENCH_BOUNDS.length + 1;
/** `faster: 250ms` takes the buckets up to the bound 0.25. */
const GOOD_BUCKETS = BENCH_BOUNDS.indexOf(0.25) + 1;

interface Template {
  readonly bytes: Buffer;
  /** Of each point's time. */
  readonly offsets: Int32Array;
  /** Per point, the values of the first sending: one, or count and buckets. */
  readonly firstValues: Uint32Array;
  readonly goodPerSending: number;
  readonly totalPerSending: number;
  sendings: number;
  lastTimeMs: number;
}

export class OtlpLoad {
  readonly requestCount: number;
  readonly #settings: LoadSettings;
  readonly #templates: readonly Template[];

  /** The senders started at `startMs`. */
  constructor(settings: LoadSettings, startMs: number) {
    const { kind, pointsPerRequest, seriesCount, resourceCount, spread } = settings;
    this.#settings = settings;
    this.requestCount = Math.max(1, Math.floor(seriesCount / pointsPerRequest));
    const requests = otlpRequests({
      kind,
      pointsPerRequest,
      seriesCount: this.requestCount * pointsPerRequest,
      requestCount: this.requestCount,
      resourceCount,
      ...(spread === undefined ? {} : { spread }),
      startMs: MARKER_MS,
    });
    this.#templates = requests.map((bytes) =>
      templateOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), kind, startMs),
    );
  }

  get pointsPerRequest(): number {
    return this.#settings.pointsPerRequest;
  }

  /** Of the templates. */
  get sizeBytes(): number {
    return this.#templates.reduce(
      (sum, { bytes, offsets, firstValues }) =>
        sum + bytes.buffer.byteLength + offsets.byteLength + firstValues.byteLength,
      0,
    );
  }

  /** The request with data of now; the bytes are patched again by the next call of the same index. */
  next(index: number, nowMs: number): Buffer {
    const template = this.#templates[index % this.requestCount];
    if (template === undefined) throw new Error("a load has requests");
    template.lastTimeMs = Math.max(nowMs, template.lastTimeMs + 1);
    template.sendings++;
    patch(template, this.#settings.kind, template.lastTimeMs);
    return template.bytes;
  }

  /** The first `count` requests as `next` returned them last. */
  latest(count: number): readonly Buffer[] {
    return this.#templates.slice(0, count).map(({ bytes }) => bytes);
  }

  /** Of everything that `next` has returned so far, of the first `count` requests. */
  totals(count: number = this.requestCount): LoadTotals {
    let good = 0;
    let total = 0;
    let points = 0;
    for (const template of this.#templates.slice(0, count)) {
      good += template.goodPerSending * template.sendings;
      total += template.totalPerSending * template.sendings;
      points += template.offsets.length * template.sendings;
    }
    return { good, total, points };
  }
}

function templateOf(bytes: Buffer, kind: LoadSettings["kind"], startMs: number): Template {
  const marker = nanosOf(MARKER_MS);
  const start = nanosOf(startMs);
  const offsets: number[] = [];
  const values: number[] = [];
  let goodPerSending = 0;
  let totalPerSending = 0;
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 8)) {
    offsets.push(at);
    start.copy(bytes, at - 9);
    const value = bytes.readUInt32LE(at + 9);
    values.push(value);
    totalPerSending += value;
    if (kind === "sum") {
      // error.type stands third of the attributes; only series of errors say 500
      const isBad = bytes.subarray(at, at + 160).includes("\u0003500");
      if (!isBad) goodPerSending += value;
      continue;
    }
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) {
      const count = bytes.readUInt32LE(at + 28 + bucket * 8);
      values.push(count);
      if (bucket < GOOD_BUCKETS) goodPerSending += count;
    }
  }
  return {
    bytes,
    offsets: Int32Array.from(offsets),
    firstValues: Uint32Array.from(values),
    goodPerSending,
    totalPerSending,
    sendings: 0,
    lastTimeMs: startMs,
  };
}

function patch(template: Template, kind: LoadSettings["kind"], timeMs: number): void {
  const { bytes, offsets, firstValues, sendings } = template;
  const nanos = nanosOf(timeMs);
  const low = nanos.readUInt32LE(0);
  const high = nanos.readUInt32LE(4);
  let value = 0;
  for (const at of offsets) {
    bytes.writeUInt32LE(low, at);
    bytes.writeUInt32LE(high, at + 4);
    const count = (firstValues[value++] ?? 0) * sendings;
    bytes.writeUInt32LE(count, at + 9);
    if (kind === "sum") continue;
    bytes.writeDoubleLE(count * 0.12, at + 18);
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket++)
      bytes.writeUInt32LE((firstValues[value++] ?? 0) * sendings, at + 28 + bucket * 8);
  }
}

function nanosOf(timeMs: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(timeMs) * 1_000_000n);
  return bytes;
}
