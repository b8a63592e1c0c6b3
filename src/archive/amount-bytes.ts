/**
 * Amounts as bytes: a whole number of 0 … 2^51 doubled (varint), or 1 and a double. Callers leave zeros out, so that 0 is
 * free to mean something else.
 */
const MAX_VARINT = 2 ** 51;
export const MAX_AMOUNT_BYTES = 9;

export interface ByteWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
}

export function byteWriter(size: number): ByteWriter {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}

export interface ByteReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

export function byteReader(bytes: Uint8Array): ByteReader {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
}

/** Where what follows goes. */
export function writeAmount({ bytes, view }: ByteWriter, at: number, amount: number): number {
  if (amount >= 0 && amount < MAX_VARINT && Number.isInteger(amount)) {
    return writeVarint(bytes, at, amount * 2);
  }
  bytes[at] = 1;
  view.setFloat64(at + 1, amount, true);
  return at + MAX_AMOUNT_BYTES;
}

/** Where what follows goes. */
export function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 0x1000_0000; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128;
  let low = rest | 0;
  for (; low >= 128; low >>>= 7) bytes[at++] = (low & 127) | 128;
  bytes[at++] = low;
  return at;
}

export function readAmount(reader: ByteReader): number {
  return amountOf(reader, readVarint(reader));
}

/** The amount that begins with a number which was read already. */
export function amountOf(reader: ByteReader, code: number): number {
  if (code !== 1) return code / 2;
  const amount = reader.view.getFloat64(reader.at, true);
  reader.at += 8;
  return amount;
}

export function readVarint(reader: ByteReader): number {
  const { bytes } = reader;
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = bytes[reader.at++]!;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}
