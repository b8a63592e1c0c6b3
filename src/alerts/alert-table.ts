/** Every alert there is, by stream; and which stream indexes have one, for the tick's loop to see at a load. */
import type { AlertSeverity, Slo, StreamIndex } from "../slo/index.ts";
import type { AlertView } from "./alert.ts";

export const SEVERITIES: readonly AlertSeverity[] = ["page", "ticket"];

/** The alerts of one stream. */
export interface StreamAlerts {
  readonly streamKey: string;
  /** Where the stream is now; `undefined` after a restart, until the next tick finds it. */
  index: StreamIndex | undefined;
  /** The SLO the labels were made of; another object means a rule edit. */
  slo: Slo | undefined;
  /** Number of the evaluation that last met the stream in a shard. */
  seenTick: number;
  page: AlertView | undefined;
  ticket: AlertView | undefined;
}

export class AlertTable {
  readonly #rows = new Map<string, StreamAlerts>();
  #byIndex = new Map<number, StreamAlerts>();
  #isTracked = new Uint8Array(1024);
  #views: readonly AlertView[] | undefined;
  #resolvedCount = 0;
  #hasEmpty = false;

  /** Not while rows are added. */
  get rows(): Iterable<StreamAlerts> {
    return this.#rows.values();
  }

  get resolvedCount(): number {
    return this.#resolvedCount;
  }

  isTracked(index: number): boolean {
    return this.#isTracked[index] === 1;
  }

  at(index: StreamIndex): StreamAlerts | undefined {
    return this.#byIndex.get(index);
  }

  row(streamKey: string): StreamAlerts | undefined {
    return this.#rows.get(streamKey);
  }

  add(streamKey: string): StreamAlerts {
    const row = {
      streamKey,
      index: undefined,
      slo: undefined,
      seenTick: 0,
      page: undefined,
      ticket: undefined,
    };
    this.#rows.set(streamKey, row);
    return row;
  }

  /** Says where a row's stream is; a row that was there before is elsewhere now, or gone. */
  bind(row: StreamAlerts, index: StreamIndex): void {
    this.unbind(row);
    const other = this.#byIndex.get(index);
    if (other !== undefined) this.unbind(other);
    if (index >= this.#isTracked.length) {
      const grown = new Uint8Array(Math.max(index + 1, this.#isTracked.length * 2));
      grown.set(this.#isTracked);
      this.#isTracked = grown;
    }
    row.index = index;
    this.#byIndex.set(index, row);
    this.#isTracked[index] = 1;
  }

  unbind(row: StreamAlerts): void {
    if (row.index === undefined) return;
    this.#byIndex.delete(row.index);
    this.#isTracked[row.index] = 0;
    row.index = undefined;
    row.slo = undefined;
  }

  set(row: StreamAlerts, severity: AlertSeverity, alert: AlertView | undefined): void {
    if (row[severity]?.state === "resolved") this.#resolvedCount--;
    if (alert?.state === "resolved") this.#resolvedCount++;
    row[severity] = alert;
    this.#hasEmpty ||= alert === undefined;
    this.#views = undefined;
  }

  /** Drops the rows that hold nothing any more. Not while rows are being stepped. */
  prune(): void {
    if (!this.#hasEmpty) return;
    this.#hasEmpty = false;
    for (const row of this.#rows.values()) {
      if (row.page !== undefined || row.ticket !== undefined) continue;
      this.unbind(row);
      this.#rows.delete(row.streamKey);
    }
  }

  clear(): void {
    this.#rows.clear();
    this.#byIndex = new Map();
    this.#isTracked.fill(0);
    this.#views = undefined;
    this.#resolvedCount = 0;
    this.#hasEmpty = false;
  }

  /** By stream key, page before ticket; the same array until something changes. */
  views(): readonly AlertView[] {
    this.#views ??= [...this.#rows.values()]
      .sort((a, b) => (a.streamKey < b.streamKey ? -1 : 1))
      .flatMap((row) => [row.page, row.ticket])
      .filter((alert) => alert !== undefined);
    return this.#views;
  }
}
