/**
 * Points as the journal holds them: resolved to a series, reduced to what the rules need, about 5 bytes each. The live path
 * and recovery apply the very same rows, so a restart cannot differ from never having stopped.
 *
 * Row: flags u8 · [series delta, zigzag varint] · [time 8 bytes] · [start 8 bytes] · value · [shape varint, then below and
 * straddle per threshold of the series]. What a flag says is like the row before is left out.
 */
import { MAX_THRESHOLDS } from "../engine/index.ts";
import { RecordReader, RecordWriter } from "./record-bytes.ts";

const NEXT_SERIES = 1;
const SAME_TIME = 2;
const SAME_START = 4;
const INTEGER = 8;
const BUCKETS = 16;
const SAME_SHAPE = 32;
/** Flags, series delta, two times, value, shape. */
const MAX_FIXED_BYTES = 1 + 8 + 16 + 9 + 9;

/** One row's fields; reused, so read them before the next row. */
export interface Row {
  series: number;
  startHi: number;
  startLo: number;
  timeHi: number;
  timeLo: number;
  /** A sum's value, or a histogram's count. */
  value: number;
  hasBuckets: boolean;
  /** See cuts.ts; meaningful when `hasBuckets`. */
  shape: number;
  /** Below and straddle per threshold, when `hasBuckets`. */
  readonly parts: Float64Array;
}

export function newRow(): Row {
  return {
    series: -1,
    startHi: 0,
    startLo: 0,
    timeHi: 0,
    timeLo: 0,
    value: 0,
    hasBuckets: false,
    shape: 0,
    parts: new Float64Array(MAX_THRESHOLDS * 2),
  };
}

/** What rows are relative to; a request that turns out malformed is rolled back to it. */
interface RowState {
  series: number;
  startHi: number;
  startLo: number;
  timeHi: number;
  timeLo: number;
  shape: number;
}

const initialState = (): RowState => ({
  series: -1,
  startHi: 0,
  startLo: 0,
  timeHi: 0,
  timeLo: 0,
  shape: 0,
});

function copyState(from: RowState, to: RowState): void {
  to.series = from.series;
  to.startHi = from.startHi;
  to.startLo = from.startLo;
  to.timeHi = from.timeHi;
  to.timeLo = from.timeLo;
  to.shape = from.shape;
}

export class RowWriter {
  readonly bytes: RecordWriter = new RecordWriter();
  rowCount = 0;
  readonly #last: RowState = initialState();
  readonly #marked: RowState = initialState();
  #markedSize = 0;
  #markedRowCount = 0;

  /** Where `rollback` returns to: the start of a request. */
  mark(): void {
    copyState(this.#last, this.#marked);
    this.#markedSize = this.bytes.size;
    this.#markedRowCount = this.rowCount;
  }

  rollback(): void {
    copyState(this.#marked, this.#last);
    this.bytes.size = this.#markedSize;
    this.rowCount = this.#markedRowCount;
  }

  /** Empties the writer for the next record. */
  clear(): void {
    copyState(initialState(), this.#last);
    this.bytes.size = 0;
    this.rowCount = 0;
  }

  /** Appends a row; `partCount` numbers of `row.parts` are written when it has buckets. */
  write(row: Row, partCount: number): void {
    const { bytes } = this;
    const last = this.#last;
    bytes.reserve(MAX_FIXED_BYTES + partCount * 8);
    const isNext = row.series === last.series + 1;
    const isSameTime = row.timeLo === last.timeLo && row.timeHi === last.timeHi;
    const isSameStart = row.startLo === last.startLo && row.startHi === last.startHi;
    const isInteger = row.value >= 0 && row.value <= Number.MAX_SAFE_INTEGER && row.value % 1 === 0;
    bytes.u8(
      (isNext ? NEXT_SERIES : 0) |
        (isSameTime ? SAME_TIME : 0) |
        (isSameStart ? SAME_START : 0) |
        (isInteger ? INTEGER : 0) |
        (row.hasBuckets ? BUCKETS : 0) |
        (row.shape === last.shape ? SAME_SHAPE : 0),
    );
    if (!isNext) writeZigzag(bytes, row.series - last.series);
    if (!isSameTime) {
      bytes.u32(row.timeLo);
      bytes.u32(row.timeHi);
    }
    if (!isSameStart) {
      bytes.u32(row.startLo);
      bytes.u32(row.startHi);
    }
    if (isInteger) bytes.varint(row.value);
    else bytes.f64(row.value);
    if (row.hasBuckets) {
      if (row.shape !== last.shape) bytes.varint(row.shape);
      for (let part = 0; part < partCount; part++) bytes.varint(row.parts[part]!);
      last.shape = row.shape;
    }
    last.series = row.series;
    last.startHi = row.startHi;
    last.startLo = row.startLo;
    last.timeHi = row.timeHi;
    last.timeLo = row.timeLo;
    this.rowCount++;
  }
}

function writeZigzag(bytes: RecordWriter, value: number): void {
  bytes.varint(value >= 0 ? value * 2 : -value * 2 - 1);
}

/** Reads the row at the reader into `row`, which must be the one read before (or new). `partCount` is the series' own. */
export function readRow(
  reader: RecordReader,
  row: Row,
  partCountOf: (series: number) => number,
): void {
  const flags = reader.u8();
  if ((flags & NEXT_SERIES) !== 0) row.series++;
  else {
    const zigzag = reader.varint();
    row.series += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }
  if ((flags & SAME_TIME) === 0) {
    row.timeLo = reader.u32();
    row.timeHi = reader.u32();
  }
  if ((flags & SAME_START) === 0) {
    row.startLo = reader.u32();
    row.startHi = reader.u32();
  }
  row.value = (flags & INTEGER) !== 0 ? reader.varint() : reader.f64();
  row.hasBuckets = (flags & BUCKETS) !== 0;
  if (!row.hasBuckets) return;
  if ((flags & SAME_SHAPE) === 0) row.shape = reader.varint();
  const partCount = partCountOf(row.series);
  for (let part = 0; part < partCount; part++) row.parts[part] = reader.varint();
}
