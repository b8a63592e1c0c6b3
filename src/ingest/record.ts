/**
 * One journal entry. Body: version u8, time f64 (ms, the clock when its group was opened), then chunks: kind u8, size u32,
 * bytes. The format page is README.md.
 */
import { assert } from "../slo/index.ts";
import { RecordReader } from "../series/index.ts";

const VERSION = 1;

/** Chunks are applied in the order in which they stand. */
export const ChunkKind = { rules: 1, births: 2, rows: 3, alerts: 4 } as const;
export type ChunkKind = (typeof ChunkKind)[keyof typeof ChunkKind];

export interface Chunk {
  readonly kind: ChunkKind;
  readonly bytes: Uint8Array;
}

export function encodeEntry(atMs: number, chunks: readonly Chunk[]): Uint8Array {
  const size = chunks.reduce((sum, chunk) => sum + 5 + chunk.bytes.length, 9);
  const body = new Uint8Array(size);
  const view = new DataView(body.buffer);
  body[0] = VERSION;
  view.setFloat64(1, atMs, true);
  let at = 9;
  for (const { kind, bytes } of chunks) {
    body[at] = kind;
    view.setUint32(at + 1, bytes.length, true);
    body.set(bytes, at + 5);
    at += 5 + bytes.length;
  }
  return body;
}

export function decodeEntry(body: Uint8Array): { atMs: number; chunks: readonly Chunk[] } {
  const reader = new RecordReader(body);
  assert(reader.u8() === VERSION, "a journal entry has a known version");
  const atMs = reader.f64();
  const chunks: Chunk[] = [];
  while (!reader.isDone) {
    const kind = reader.u8() as ChunkKind; // written by encodeEntry; apply knows each
    const size = reader.u32();
    chunks.push({ kind, bytes: reader.view(size) });
  }
  return { atMs, chunks };
}
