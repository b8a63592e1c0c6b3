/** Keys that share their bytes with others: found, told apart and given back whole, and small. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { KeyStore } from "../../src/series/key-store.ts";
import { KeyTable } from "../../src/series/key-table.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Keys alike in every way: common beginnings and ends, nothing at all, repeats of one letter. */
const key = fc
  .record({
    start: fc.constantFrom("", "http.route=/", "a".repeat(40), "aaaa"),
    middle: fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom("a", "aa", "aaa", "b")),
    end: fc.constantFrom("", "scheme=https,server=shop", "a".repeat(30)),
  })
  .map(({ start, middle, end }) => start + middle + end);

test("every key is given back, and no other is taken for it", () => {
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 60 }), (texts) => {
      const store = new KeyStore();
      const keys = texts.map(bytesOf);
      for (const bytes of keys) store.add(bytes, 0, bytes.length);
      keys.forEach((bytes, number) => {
        expect([...store.bytesOf(number)]).toEqual([...bytes]);
        texts.forEach((text) => {
          const shifted = bytesOf(`x${text}y`); // as within a request
          const isSame = store.isKey(number, shifted, 1, shifted.length - 1);
          expect(isSame).toBe(text === texts[number]);
        });
      });
    }),
  );
});

test("a table finds each of many keys under its own qualifier only", () => {
  const table = new KeyTable(5);
  const keys = Array.from({ length: 5_000 }, (_, at) =>
    bytesOf(`route=/r/${at},host=shop.example`),
  );
  keys.forEach((bytes, at) => table.add(at % 3, bytes, 0, bytes.length, at));
  keys.forEach((bytes, at) => {
    expect(table.find(at % 3, bytes, 0, bytes.length)).toBe(at);
    expect(table.find(3, bytes, 0, bytes.length)).toBe(-1);
  });
});

test("keys that share most of their bytes take little more than what differs", () => {
  const store = new KeyStore();
  const method = ["GET", "PUT"];
  for (let at = 0; at < 10_000; at++) {
    const route = String(at).padStart(7, "0");
    const text = `http.route=/r/${route},http.method=${method[at % 2]},${"scheme=https,".repeat(12)}`;
    const bytes = bytesOf(text);
    store.add(bytes, 0, bytes.length);
  }
  expect(store.usedBytes / 10_000).toBeLessThan(30);
});

test("keys that share nothing take their own size", () => {
  const store = new KeyStore();
  let state = 1;
  const bytes = new Uint8Array(100);
  for (let at = 0; at < 1_000; at++) {
    for (let byte = 0; byte < bytes.length; byte++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      bytes[byte] = state >>> 24;
    }
    store.add(bytes, 0, bytes.length);
    expect(store.isKey(at, bytes, 0, bytes.length)).toBe(true);
  }
  expect(store.usedBytes / 1_000).toBeLessThanOrEqual(108);
});
