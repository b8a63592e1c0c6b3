/** A strip gives back the amounts of a page, and strips add up. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PAGE_COLUMNS } from "../../src/archive/index.ts";
import { addStrips, encodeStrip } from "../../src/archive/strip.ts";

const MINUTES = 15;
const amounts = fc.array(
  fc.tuple(
    fc.nat(PAGE_COLUMNS - 1),
    fc.oneof(fc.nat(200), fc.integer({ min: -9, max: 2 ** 52 }), fc.double({ noNaN: true })),
  ),
  { maxLength: 60 },
);
const strips = fc.array(fc.tuple(fc.nat(MINUTES - 1), amounts), { maxLength: 8 });

test("strips one after another add up, cell by cell, in cells that are as wide or wider", () => {
  fc.assert(
    fc.property(strips, fc.constantFrom(1, 5), fc.nat(3), (added, ratio, offset) => {
      const cellCount = offset + MINUTES / ratio;
      const expected = new Map<number, number>();
      const bytes = added.map(([minute, columns]) => {
        const page = new Float64Array(PAGE_COLUMNS);
        for (const [column, amount] of columns) page[column] = amount;
        for (const column of new Set(columns.map(([each]) => each))) {
          const at = column * cellCount + offset + Math.floor(minute / ratio);
          expected.set(at, (expected.get(at) ?? 0) + page[column]!);
        }
        return encodeStrip(page, minute);
      });
      const cells = new Float64Array(PAGE_COLUMNS * cellCount);
      addStrips(Buffer.concat(bytes), cells, { cellCount, offset, ratio });
      const nonZero = [...expected].filter(([, amount]) => amount !== 0);
      expect(cells.filter((amount) => amount !== 0)).toHaveLength(nonZero.length);
      for (const [at, amount] of nonZero) expect(cells[at]).toBe(amount);
    }),
  );
});

test("a strip without amounts is none, one of a full page takes a byte a column, and some", () => {
  const page = new Float64Array(PAGE_COLUMNS);
  expect(encodeStrip(page, 3)).toHaveLength(0);
  expect(encodeStrip(page.fill(7), 3)).toHaveLength(PAGE_COLUMNS + 3);
});
