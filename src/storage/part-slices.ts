/** Cuts a snapshot into messages that keep the storage thread busy for some milliseconds each. */
import type { SnapshotPart } from "./store.ts";

const SLICE_BYTES = 1024 * 1024;

/** Runs of parts of about 1 MiB; a larger part goes alone. */
export function* partSlices(parts: readonly SnapshotPart[]): Generator<SnapshotPart[]> {
  let slice: SnapshotPart[] = [];
  let bytes = 0;
  for (const part of parts) {
    const size = (part.bytes?.length ?? 0) + part.name.length;
    if (slice.length > 0 && bytes + size > SLICE_BYTES) {
      yield slice;
      slice = [];
      bytes = 0;
    }
    slice.push(part);
    bytes += size;
  }
  if (slice.length > 0) yield slice;
}

/** Bytes that share their buffer with others are copied: transferring the buffer would take theirs too. */
export function transferable(part: SnapshotPart): SnapshotPart {
  const { name, bytes } = part;
  if (bytes === undefined) return part;
  const isAlone = bytes.length === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return isAlone ? part : { name, bytes: new Uint8Array(bytes) };
}
