/**
 * Which column of the archive holds what of which series. A measure is what rules can ask of a series: its count, the events
 * at or below a threshold, the points of a gauge that satisfy a comparison. Each that some rule asks for is archived, and
 * keeps its columns for good: an edit that comes back finds them.
 */
import { PAGE_COLUMNS } from "../archive/index.ts";
import { assert, type SnapshotPart } from "../slo/index.ts";
import { BLOCK_ROWS } from "./blocks.ts";
import { grown, moreRows } from "./grown.ts";

/** Columns of a latency measure: below, and above or astride; or, of those astride, the ones estimated good, and the others. */
export const LATENCY_COLUMNS = 2;
const NONE = -1;
const META_PART = "archive/measures";
const COLUMNS = "archive/columns/";
const columnsPart = (measure: number, block: number): string => `${COLUMNS}${measure}/${block}`;

/** What a measure is called in snapshots. */
export const COUNT_MEASURE = "count";
export const belowMeasure = (threshold: number): string => `below ${threshold}`;
export const astrideMeasure = (threshold: number): string => `astride ${threshold}`;
export const sampleMeasure = (code: number, value: number): string => `sample ${code} ${value}`;

export interface ArchivedMeasure {
  readonly index: number;
  readonly name: string;
  /** Columns that each series takes, side by side in one page. */
  readonly width: number;
  /** By series, the first of them; -1 for none yet. */
  columns: Int32Array;
  readonly dirtyBlocks: Set<number>;
}

/** What is archived of the series of a binding. */
export interface ArchivedMeasures {
  /** Of a gauge none: its points are what its samples say. */
  readonly count: ArchivedMeasure | undefined;
  /** By threshold slot: of what is below for sure, and of what lies astride it, which few series have. */
  readonly latencies: readonly {
    readonly below: ArchivedMeasure;
    readonly astride: ArchivedMeasure;
  }[];
  readonly samples: readonly {
    readonly measure: ArchivedMeasure;
    readonly code: number;
    readonly value: number;
  }[];
}

/** By column; those that came later are not in it. */
export interface ColumnOwners {
  /** The series whose measure begins at the column; -1 for none. */
  readonly seriesOf: Int32Array;
  /** The measure that begins at it, as an index of `measures`. */
  readonly measureOf: Int32Array;
  readonly measures: readonly ArchivedMeasure[];
}

interface Meta {
  readonly measures: readonly { readonly name: string; readonly width: number }[];
  readonly columnCount: number;
}

export class ArchiveColumns {
  readonly #measures: ArchivedMeasure[] = [];
  readonly #byName = new Map<string, ArchivedMeasure>();
  #columnCount = 0;

  measure(name: string, width: number): ArchivedMeasure {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const index = this.#measures.length;
    const columns = new Int32Array(0);
    const measure: ArchivedMeasure = { index, name, width, columns, dirtyBlocks: new Set() };
    this.#measures.push(measure);
    this.#byName.set(name, measure);
    return measure;
  }

  /** The first of the series' columns; made on first need. */
  columnOf(measure: ArchivedMeasure, series: number): number {
    const known = measure.columns[series];
    return known === undefined || known === NONE ? this.#add(measure, series) : known;
  }

  #add(measure: ArchivedMeasure, series: number): number {
    const { width } = measure;
    const room = PAGE_COLUMNS - (this.#columnCount % PAGE_COLUMNS);
    if (room < width) this.#columnCount += room; // side by side in one page
    const column = this.#columnCount;
    this.#columnCount += width;
    this.#put(measure, series, column);
    measure.dirtyBlocks.add(Math.floor(series / BLOCK_ROWS));
    return column;
  }

  #put(measure: ArchivedMeasure, series: number, column: number): void {
    const { columns } = measure;
    if (series >= columns.length) {
      const length = moreRows(columns.length, series + 1);
      measure.columns = grown(columns, new Int32Array(length).fill(NONE));
    }
    measure.columns[series] = column;
  }

  get sizeBytes(): number {
    return this.#measures.reduce((size, { columns }) => size + columns.byteLength, 0);
  }

  /** Whose columns they are, which is asked of all of them at a time, and seldom. */
  owners(): ColumnOwners {
    const seriesOf = new Int32Array(this.#columnCount).fill(NONE);
    const measureOf = new Int32Array(this.#columnCount);
    for (const { index, columns } of this.#measures) {
      for (let series = 0; series < columns.length; series++) {
        const column = columns[series]!;
        if (column === NONE) continue;
        seriesOf[column] = series;
        measureOf[column] = index;
      }
    }
    return { seriesOf, measureOf, measures: this.#measures };
  }

  dirtyParts(): SnapshotPart[] {
    const parts: SnapshotPart[] = [];
    for (const measure of this.#measures) {
      for (const block of measure.dirtyBlocks) {
        const rows = measure.columns.slice(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS);
        parts.push({ name: columnsPart(measure.index, block), bytes: new Uint8Array(rows.buffer) });
      }
      measure.dirtyBlocks.clear();
    }
    if (parts.length === 0) return [];
    const measures = this.#measures.map(({ name, width }) => ({ name, width }));
    const meta: Meta = { measures, columnCount: this.#columnCount };
    return [...parts, { name: META_PART, bytes: Buffer.from(JSON.stringify(meta)) }];
  }

  /** Call it before series are bound. */
  restore(parts: ReadonlyMap<string, Uint8Array>): void {
    const bytes = parts.get(META_PART);
    if (bytes === undefined) return;
    const meta = JSON.parse(Buffer.from(bytes).toString()) as Meta; // checksummed, and written by dirtyParts
    assert(this.#measures.length === 0, "columns are restored once, before series are bound");
    const measures = meta.measures.map(({ name, width }) => this.measure(name, width));
    for (const [name, part] of parts) {
      if (!name.startsWith(COLUMNS)) continue;
      const [measure = 0, block = 0] = name.slice(COLUMNS.length).split("/").map(Number);
      const columns = new Int32Array(new Uint8Array(part).buffer);
      for (let row = 0; row < columns.length; row++) {
        if (columns[row] === NONE) continue;
        this.#put(measures[measure]!, block * BLOCK_ROWS + row, columns[row]!);
      }
    }
    this.#columnCount = meta.columnCount;
  }
}
