/** The bytes of a journal entry: the page in src/ingest/README.md, byte by byte. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ChunkKind, decodeEntry, encodeEntry } from "../../src/ingest/record.ts";
import { InvariantError } from "../../src/slo/index.ts";
import { nanos, SeriesHarness } from "../series/harness.ts";
import { newCounting, requestOf } from "./world.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("an entry is version, time, and chunks of kind, size, bytes", () => {
  const chunks = [
    { kind: ChunkKind.births, bytes: Uint8Array.of(1, 2, 3) },
    { kind: ChunkKind.rows, bytes: new Uint8Array() },
  ];
  const body = encodeEntry(1.5, chunks);
  expect(hex(body)).toBe("01" + "000000000000f83f" + "0203000000010203" + "0300000000");
  expect(decodeEntry(body)).toEqual({ atMs: 1.5, chunks });
});

test("any chunks come back in their order", () => {
  const chunk = fc.record({
    kind: fc.constantFrom(...Object.values(ChunkKind)),
    bytes: fc.uint8Array({ maxLength: 300 }),
  });
  fc.assert(
    fc.property(fc.nat(), fc.array(chunk, { maxLength: 6 }), (atMs, chunks) => {
      const { atMs: time, chunks: decoded } = decodeEntry(encodeEntry(atMs, chunks));
      expect(time).toBe(atMs);
      expect(decoded.map(({ kind, bytes }) => [kind, hex(bytes)])).toEqual(
        chunks.map(({ kind, bytes }) => [kind, hex(bytes)]),
      );
    }),
  );
});

test.each([
  ["an unknown version", Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0)],
  [
    "a chunk that ends beyond the entry",
    Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 9, 0, 0, 0, 1),
  ],
])("%s is an invariant broken, not data", (_, body) => {
  expect(() => newCounting().core.recover(body)).toThrow(InvariantError);
});

test("rows: what is like the row before is left out", () => {
  const harness = new SeriesHarness();
  const point = (series: number, time: number, int: number) => ({
    attributes: { series },
    start: nanos(0),
    time: nanos(time),
    int,
  });
  const points = [point(0, 10, 5), point(1, 10, 300), point(0, 20, 6)];
  harness.resolve(requestOf({ name: "requests", sum: { points } }));
  const time = (seconds: number): string => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(nanos(seconds));
    return bytes.toString("hex");
  };
  expect(hex(harness.takeRows())).toBe(
    // next series, integer, no buckets: shape as before
    ["29", time(10), time(0), "05"].join("") +
      ["2f", "ac02"].join("") + // next series, same time and start
      ["2c", "01", time(20), "06"].join(""), // one series back
  );
});
