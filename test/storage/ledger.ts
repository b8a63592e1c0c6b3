/**
 * A small engine over a store, and its oracle: each entry adds its number to some accounts; an account is a snapshot part,
 * removed when it stands at a multiple of three. After any restart its state must be that of a prefix of all that was appended,
 * no shorter than what was acknowledged.
 */
import { expect } from "vitest";
import type { SnapshotPart } from "../../src/storage/index.ts";
import type { Running } from "./harness.ts";

export type LedgerStep =
  | {
      readonly kind: "append";
      readonly accounts: readonly number[];
      readonly sizeBytes: number;
      readonly isAwaited: boolean;
    }
  | { readonly kind: "snapshot" }
  | { readonly kind: "crash" }
  | { readonly kind: "restart" };

type Accounts = Map<string, number>;

export class Ledger {
  #running: Running;
  /** Bodies in order: entry n is `#written[n - 1]`. */
  #written: Uint8Array[] = [];
  #acknowledged = 0;
  #applied = 0;
  #accounts: Accounts = new Map();
  readonly #changed = new Set<string>();
  #pending: Promise<unknown>[] = [];

  constructor(running: Running) {
    this.#running = running;
  }

  async take(step: LedgerStep): Promise<void> {
    switch (step.kind) {
      case "append":
        return this.#append(step.accounts, step.sizeBytes, step.isAwaited);
      case "snapshot":
        return this.#snapshot();
      case "crash":
      case "restart":
        return this.#startAgain(step.kind);
    }
  }

  async end(): Promise<void> {
    await this.#running.store.close();
  }

  async #append(accounts: readonly number[], sizeBytes: number, isAwaited: boolean): Promise<void> {
    const seq = this.#written.length + 1;
    const body = Uint8Array.from([accounts.length, ...accounts, ...new Uint8Array(sizeBytes)]);
    this.#written.push(body);
    const acknowledged = this.#running.store.append(body).then((given) => {
      expect(given).toBe(seq);
      this.#acknowledged = Math.max(this.#acknowledged, seq);
      this.#apply(seq, body);
    });
    this.#pending.push(acknowledged.catch(() => {})); // A crash may take it: the oracle allows that.
    if (isAwaited) await acknowledged;
  }

  #apply(seq: number, body: Uint8Array): void {
    this.#applied = seq;
    for (const name of addTo(this.#accounts, seq, body)) this.#changed.add(name);
  }

  async #snapshot(): Promise<void> {
    const encoder = new TextEncoder();
    const parts: SnapshotPart[] = [...this.#changed].map((name) => {
      const sum = this.#accounts.get(name);
      return { name, bytes: sum === undefined ? undefined : encoder.encode(String(sum)) };
    });
    const at = { name: "at", bytes: encoder.encode(String(this.#applied)) };
    this.#changed.clear();
    await this.#running.store.saveSnapshot(this.#applied, [...parts, at]);
  }

  async #startAgain(how: "crash" | "restart"): Promise<void> {
    // The oracle is fixed at the moment of the crash: what the dying store still answers does not count.
    const promised = how === "crash" ? this.#acknowledged : this.#written.length;
    const written = this.#written;
    this.#running = await this.#running[how]();
    await Promise.all(this.#pending.splice(0));
    const { parts, entries, lastSeq, damage } = this.#running.recovery;
    expect(damage).toEqual([]);
    const accounts: Accounts = new Map();
    let seq = 0;
    for (const [name, bytes] of parts) {
      const value = Number(new TextDecoder().decode(bytes));
      if (name === "at") seq = value;
      else accounts.set(name, value);
    }
    this.#changed.clear();
    for (const entry of entries) {
      expect(entry.seq).toBe(++seq);
      expect(Buffer.compare(entry.body, written[seq - 1]!)).toBe(0);
      for (const name of addTo(accounts, seq, entry.body)) this.#changed.add(name);
    }
    expect(lastSeq).toBe(seq);
    expect(seq).toBeGreaterThanOrEqual(promised);
    expect(accounts).toEqual(stateAfter(written.slice(0, seq)));
    this.#written = written.slice(0, seq);
    this.#acknowledged = seq;
    this.#applied = seq;
    this.#accounts = accounts;
  }
}

function stateAfter(bodies: readonly Uint8Array[]): Accounts {
  const accounts: Accounts = new Map();
  bodies.forEach((body, index) => addTo(accounts, index + 1, body));
  return accounts;
}

/** Returns the names that changed. */
function addTo(accounts: Accounts, seq: number, body: Uint8Array): string[] {
  const names = [...body.subarray(1, 1 + (body[0] ?? 0))].map((account) => `account-${account}`);
  for (const name of names) {
    const sum = (accounts.get(name) ?? 0) + seq;
    if (sum % 3 === 0) accounts.delete(name);
    else accounts.set(name, sum);
  }
  return names;
}
