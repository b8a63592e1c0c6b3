/**
 * A capture, record by record: what the Collector's file exporter or `slowburn record` wrote. JSON lines, or protobuf (or
 * anything else) behind sizes of 4 bytes, big endian (opentelemetry-collector-contrib, exporter/fileexporter, README "File
 * Format"); the whole file or each record compressed.
 */
import { MalformedRequest } from "../otlp/index.ts";
import { ProblemError } from "../slo/index.ts";
import { NewestPoint, STAMP_BYTES, stampOf } from "./arrival.ts";
import { isZstd, openCaptureBytes, zstdMissing, type CaptureBytes } from "./capture-bytes.ts";
import { captureProblem, type CaptureProblem } from "./capture-problem.ts";
import { RecordBuffer } from "./record-buffer.ts";
import { gapMessage, isTooFar } from "./record-gap.ts";
import { MAX_RECORD_BYTES, requestOfRecord } from "./record-request.ts";

const SIZE_BYTES = 4;
const OPEN_BRACE = 0x7b;
/** `resource_metrics`, the one field of the request. */
const RESOURCE_METRICS_TAG = 0x0a;
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

export interface CaptureSettings {
  /** Points after it were never true: they do not move the clock. The present, ms. */
  readonly latestMs: number;
  /** Told of each record that cannot be used; one of severity error throws without it. */
  readonly onProblem?: (problem: CaptureProblem) => void;
}

export interface CaptureRecord {
  /** An `ExportMetricsServiceRequest` in protobuf, valid until the next record of the capture is asked for. */
  readonly request: Uint8Array;
  /** When it came, ms, never before the record before it: as recorded, else the time of its newest point. */
  readonly arrivedMs: number;
  /** To be told of a request that the decoder does not take; throws unless problems are listened to. */
  readonly refuse: (error: MalformedRequest) => void;
}

/** What records come from: a capture, or a caller's own. */
export interface RecordSource {
  /** As problems name it. */
  readonly file: string;
  /** Once. Throws `ProblemError` where it cannot go on. */
  records(): AsyncGenerator<CaptureRecord>;
}

/** Where a record begins. */
interface Place {
  readonly line?: number;
  readonly offset: number;
}

interface Frame {
  readonly record: Uint8Array;
  readonly place: Place;
}

export class Capture implements RecordSource {
  readonly file: string;
  recordCount = 0;
  /** Whether the moments are those of `slowburn record`, not those of points. */
  isStamped = false;
  readonly #bytes: CaptureBytes;
  readonly #settings: CaptureSettings;
  readonly #newest = new NewestPoint();
  #foreignCount = 0;
  #arrivedMs = -Infinity;

  /** Throws `ProblemError` when the file cannot be opened, or its compression not be read here. */
  static async open(file: string, settings: CaptureSettings): Promise<Capture> {
    return new Capture(file, await openCaptureBytes(file), settings);
  }

  /** Use `open`. */
  constructor(file: string, bytes: CaptureBytes, settings: CaptureSettings) {
    this.file = file;
    this.#bytes = bytes;
    this.#settings = settings;
  }

  get sizeBytes(): number {
    return this.#bytes.sizeBytes;
  }

  get readBytes(): number {
    return this.#bytes.readBytes();
  }

  async *records(): AsyncGenerator<CaptureRecord> {
    for await (const { record, place } of this.#frames()) {
      const request = this.#requestOf(record, place);
      if (request === undefined) continue;
      this.recordCount++;
      const refuse = (error: MalformedRequest): void => this.#refuse(error, place);
      yield { request, arrivedMs: this.#arrivedMs, refuse };
    }
    if (this.#foreignCount === 0) return;
    const message = `${this.#foreignCount} records of traces or logs were passed over`;
    this.#tell(captureProblem("records-skipped", this.file, message, { severity: "warning" }));
  }

  #requestOf(record: Uint8Array, place: Place): Uint8Array | undefined {
    try {
      const arrivedMs = stampOf(record);
      if (arrivedMs !== undefined) {
        this.isStamped = true;
        this.#moveTo(arrivedMs, place);
        return record.subarray(STAMP_BYTES);
      }
      const read = requestOfRecord(record);
      if (read.kind === "zstd") throw new ProblemError([zstdMissing(this.file)]);
      if (read.kind === "foreign") {
        this.#foreignCount++;
        return undefined;
      }
      return this.#advance(read.request, place) ? read.request : undefined;
    } catch (error) {
      if (!(error instanceof MalformedRequest)) throw error;
      this.#refuse(error, place);
      return undefined;
    }
  }

  /** Moves the clock to the newest point; false when nothing says yet where the clock stands. */
  #advance(request: Uint8Array, place: Place): boolean {
    const { latestMs } = this.#settings;
    // Made-up data may all be of the future; among data of the past it comes of a clock that is wrong.
    const isPast = this.#arrivedMs > -Infinity && this.#arrivedMs <= latestMs;
    const newestMs = this.#newest.of(request, latestMs, isPast);
    if (newestMs > 0) this.#moveTo(newestMs, place);
    return this.#arrivedMs > -Infinity;
  }

  /** Throws `ProblemError` when no recording can have such a gap. */
  #moveTo(arrivedMs: number, { line, offset }: Place): void {
    const beforeMs = this.#arrivedMs;
    if (isTooFar(beforeMs, arrivedMs)) {
      const record = line === undefined ? `the record at byte ${offset}` : "this record";
      const message = gapMessage(record, arrivedMs, "the one before it", beforeMs);
      const hint = "take out whichever was written with a wrong clock, or make two captures of it";
      const more = { hint, ...(line === undefined ? {} : { line }) };
      throw new ProblemError([captureProblem("record-gap", this.file, message, more)]);
    }
    this.#arrivedMs = Math.max(beforeMs, arrivedMs);
  }

  #refuse(error: MalformedRequest, { line, offset }: Place): void {
    const at = line === undefined ? ` (the record at byte ${offset})` : "";
    const hint =
      line === undefined
        ? "leave the record out with --skip-broken"
        : "take the line out, or leave it out with --skip-broken; a line is one JSON object (jq -c .)";
    const more = { hint, ...(line === undefined ? {} : { line }) };
    this.#tell(captureProblem("record-malformed", this.file, `${error.message}${at}`, more));
  }

  #tell(problem: CaptureProblem): void {
    const { onProblem } = this.#settings;
    if (onProblem !== undefined) onProblem(problem);
    else if (problem.severity === "error") throw new ProblemError([problem]);
  }

  async *#frames(): AsyncGenerator<Frame> {
    const buffer = new RecordBuffer();
    let cut: ((buffer: RecordBuffer, isEnd: boolean) => Frame | undefined) | undefined;
    for await (const chunk of this.#bytes.chunks) {
      buffer.push(chunk);
      if (cut === undefined && buffer.size > SIZE_BYTES) cut = this.#cutterOf(buffer);
      if (cut === undefined) continue;
      for (let frame = cut(buffer, false); frame !== undefined; frame = cut(buffer, false))
        yield frame;
      if (buffer.size > MAX_RECORD_BYTES + SIZE_BYTES) throw this.#tooLarge(buffer.offset);
    }
    const last = (cut ?? this.#cutterOf(buffer))(buffer, true);
    if (last !== undefined) yield last;
  }

  /** By the file's first bytes. */
  #cutterOf(buffer: RecordBuffer): (buffer: RecordBuffer, isEnd: boolean) => Frame | undefined {
    if (buffer.peek(3)?.every((byte, index) => byte === BYTE_ORDER_MARK[index]) === true)
      buffer.take(0, 3);
    const head = buffer.peek(Math.min(buffer.size, SIZE_BYTES * 2)) ?? new Uint8Array(0);
    const first = head.find((byte) => !isBlank(byte));
    if (first === undefined || first === OPEN_BRACE) {
      let line = 0;
      return (from, isEnd) => this.#line(from, isEnd, () => ++line);
    }
    if (head.length > SIZE_BYTES && isRecordStart(head.subarray(SIZE_BYTES)))
      return (from, isEnd) => this.#sized(from, isEnd);
    throw new ProblemError([
      captureProblem("capture-form", this.file, "holds neither JSON lines nor sized protobuf", {
        hint: "write it with the Collector's file exporter (format json or proto), or with slowburn record",
      }),
    ]);
  }

  #line(buffer: RecordBuffer, isEnd: boolean, count: () => number): Frame | undefined {
    for (;;) {
      const { offset } = buffer;
      let record = buffer.line();
      if (record === undefined && isEnd && buffer.size > 0) record = this.#lastLine(buffer);
      if (record === undefined) return undefined;
      const place = { line: count(), offset };
      if (record.some((byte) => !isBlank(byte))) return { record, place };
    }
  }

  /** A line without its break is whole when it ends as an object does. */
  #lastLine(buffer: RecordBuffer): Uint8Array | undefined {
    const { offset } = buffer;
    const rest = buffer.rest();
    const text = Buffer.from(rest).toString();
    try {
      JSON.parse(text);
      return rest;
    } catch {
      if (text.trim() !== "") this.#cutOff(offset); // a recorder that was stopped
      return undefined;
    }
  }

  #sized(buffer: RecordBuffer, isEnd: boolean): Frame | undefined {
    const { offset } = buffer;
    const head = buffer.peek(SIZE_BYTES);
    if (head !== undefined) {
      const size = new DataView(head.buffer, head.byteOffset).getUint32(0);
      if (size > MAX_RECORD_BYTES) throw this.#tooLarge(offset);
      const record = buffer.take(SIZE_BYTES, size);
      if (record !== undefined) return { record, place: { offset } };
    }
    if (isEnd && buffer.size > 0) {
      buffer.rest();
      this.#cutOff(offset);
    }
    return undefined;
  }

  #cutOff(offset: number): void {
    const message = `ends within the record at byte ${offset}, which is left out`;
    this.#tell(captureProblem("record-cut-off", this.file, message, { severity: "warning" }));
  }

  #tooLarge(offset: number): ProblemError {
    const message = `the record at byte ${offset} is over 64 MiB, or the file is damaged there`;
    const hint = "the Collector's batch processor bounds records (send_batch_max_size)";
    return new ProblemError([captureProblem("record-too-large", this.file, message, { hint })]);
  }
}

const isBlank = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const isRecordStart = (record: Uint8Array): boolean =>
  record[0] === RESOURCE_METRICS_TAG ||
  record[0] === OPEN_BRACE ||
  isZstd(record) ||
  (record[0] === 0x89 && record[1] === 0xb5);
