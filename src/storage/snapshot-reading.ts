/** Chooses the snapshot a restart begins from: the newest whose parts are all what was written, else the least damaged. */
import { isDamage } from "./failure.ts";
import { listCrcAfter, partCrc, type SnapshotHeader, type SnapshotTables } from "./snapshots.ts";

export interface SnapshotReading {
  /** Undefined: begin from nothing. */
  readonly header: SnapshotHeader | undefined;
  readonly parts: ReadonlyMap<string, Uint8Array>;
  /** What of this snapshot is lost. */
  readonly faults: readonly string[];
  /** Why newer ones were passed over, newest first. */
  readonly passedOver: readonly { readonly takenMs: number; readonly fault: string }[];
  /** The other good header, when there is one: the journal is kept from there on. */
  readonly older: SnapshotHeader | undefined;
}

/** `journalFromStart`: the journal still holds its first entry, so that no snapshot at all is a beginning too. */
export function readSnapshot(tables: SnapshotTables, journalFromStart: boolean): SnapshotReading {
  const { headers, faults: headerFaults } = readHeaders(tables);
  const passedOver = headerFaults.map((fault) => ({ takenMs: 0, fault }));
  let best: SnapshotReading | undefined;
  for (const [index, header] of headers.entries()) {
    const { parts, faults } = readGeneration(tables, header);
    const reading = {
      header,
      parts,
      faults,
      passedOver: [...passedOver],
      older: headers[index + 1],
    };
    if (faults.length === 0) return reading;
    if (best === undefined || faults.length < best.faults.length) best = reading;
    passedOver.push({ takenMs: header.takenMs, fault: faults.join("; ") });
  }
  if (best !== undefined && !journalFromStart) return best;
  return { header: undefined, parts: new Map(), faults: [], passedOver, older: undefined };
}

function readHeaders(tables: SnapshotTables): { headers: SnapshotHeader[]; faults: string[] } {
  const headers: SnapshotHeader[] = [];
  const faults: string[] = [];
  try {
    for (const header of tables.headers()) {
      if (header === undefined) faults.push("a snapshot's header fails its checksum");
      else headers.push(header);
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    faults.push(`the list of snapshots is not readable: ${(error as Error).message}`);
  }
  return { headers, faults };
}

function readGeneration(
  tables: SnapshotTables,
  header: SnapshotHeader,
): { parts: Map<string, Uint8Array>; faults: string[] } {
  const parts = new Map<string, Uint8Array>();
  const faults: string[] = [];
  let listCrc = 0;
  try {
    for (const raw of tables.rawParts(header.generation)) {
      const { name, generation, seq, crc, body } = raw as Record<string, unknown>;
      const isReadable =
        typeof name === "string" &&
        typeof generation === "number" &&
        typeof seq === "number" &&
        typeof crc === "number";
      if (!isReadable) {
        faults.push("a part is not readable");
        continue;
      }
      listCrc = listCrcAfter(listCrc, name, generation, crc);
      if (body instanceof Uint8Array && crc === partCrc(name, generation, seq, body)) {
        parts.set(name, body);
      } else faults.push(`part ${name} fails its checksum`);
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    faults.push(`its parts are not readable: ${(error as Error).message}`);
  }
  if (faults.length === 0 && listCrc !== header.listCrc) faults.push("its list of parts differs");
  return { parts, faults };
}
