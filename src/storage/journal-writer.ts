/** Commits batches of journal entries with their outbox changes, in order, and moves the high-water mark. */
import type { Database } from "./sqlite.ts";
import { assert } from "../slo/index.ts";
import type { Failpoint } from "./failpoint.ts";
import { asOperationError } from "./failure.ts";
import type { HighWaterMarkFile } from "./high-water-mark.ts";
import { type JournalHead, JournalTable } from "./journal.ts";
import type { AppendRequest } from "./messages.ts";
import { OutboxTable } from "./outbox-table.ts";

export class JournalWriter {
  readonly #journal: JournalTable;
  readonly #outbox: OutboxTable;
  readonly #mark: HighWaterMarkFile;
  readonly #instance: number;
  readonly #failpoint: Failpoint;
  readonly #commit: (request: AppendRequest) => JournalHead;
  #head: JournalHead;
  /** What was sent before the sender knew of the failure is refused with it: order would break. */
  #failed: { readonly epoch: number; readonly error: Error } | undefined;

  constructor(
    db: Database,
    head: JournalHead,
    mark: HighWaterMarkFile,
    instance: number,
    failpoint: Failpoint,
  ) {
    this.#journal = new JournalTable(db);
    this.#outbox = new OutboxTable(db);
    this.#mark = mark;
    this.#instance = instance;
    this.#failpoint = failpoint;
    this.#head = head;
    const commit = db.transaction((request: AppendRequest) => this.#insert(request));
    this.#commit = (request) => commit.immediate(request);
    this.#writeMark();
  }

  get head(): JournalHead {
    return this.#head;
  }

  append(request: AppendRequest): void {
    if (this.#failed?.epoch === request.epoch) throw this.#failed.error;
    assert(request.firstSeq === this.#head.seq + 1, "entries are numbered without gaps");
    try {
      this.#failpoint("append:begun");
      this.#head = this.#commit(request);
    } catch (error) {
      this.#failed = { epoch: request.epoch, error: asOperationError(error) };
      throw this.#failed.error;
    }
    this.#failpoint("append:committed");
    this.#writeMark();
    this.#failpoint("append:marked");
  }

  entryCount(): number {
    const first = this.#journal.firstSeq();
    return first === 0 ? 0 : this.#head.seq - first + 1;
  }

  #insert(request: AppendRequest): JournalHead {
    const { bytes, sizes, committedMs, outbox } = request;
    let head = this.#head;
    let offset = 0;
    for (const size of sizes) {
      head = this.#journal.insert(head, committedMs, bytes.subarray(offset, offset + size));
      offset += size;
    }
    for (const change of outbox) this.#outbox.apply(change);
    this.#failpoint("append:inserted");
    return head;
  }

  #writeMark(): void {
    const { seq, chain, committedMs } = this.#head;
    try {
      this.#mark.write({ instance: this.#instance, seq, chain, committedMs });
    } catch {
      // A stale mark raises no false alarm; a disk that fails will fail the next commit too, and that is reported.
    }
  }
}
