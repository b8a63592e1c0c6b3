/** `to` with what `from` holds at its start; the way every table of this room grows. */
export function grown<T extends Int32Array | Uint32Array | Float64Array | Uint8Array>(
  from: T,
  to: T,
): T {
  to.set(from);
  return to;
}
