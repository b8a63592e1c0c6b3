/**
 * CRC-32 (ISO-HDLC, as zip and Ethernet) over typed fields. Stock SQLite has no page checksums and cuts a bad write-ahead log
 * off without a word, so each row carries its own.
 */
import { crc32 } from "node:zlib";

/** A field: numbers as 8 little-endian bytes of a double, text as UTF-8 between its length and the next field. */
export type ChecksumField = number | string | Uint8Array;

const word = new DataView(new ArrayBuffer(8));
const wordBytes = new Uint8Array(word.buffer);

function addNumber(crc: number, value: number): number {
  word.setFloat64(0, value, true);
  return crc32(wordBytes, crc);
}

/** The checksum of the fields in order. Lengths are mixed in, so that no two lists of fields read the same. */
export function checksum(...fields: readonly ChecksumField[]): number {
  let crc = 0;
  for (const field of fields) {
    if (typeof field === "number") crc = addNumber(crc, field);
    else {
      crc = addNumber(crc, field.length);
      // SQLite's empty blobs have no memory at all, and zlib answers 0 to a null pointer whatever it had before.
      if (field.length > 0) crc = crc32(field, crc);
    }
  }
  return crc;
}
