/** The bench checks its results before it measures; a tiny run keeps it from rotting. */
import { expect, test } from "vitest";
import { benchDecode } from "../../bench/decode.ts";
import { otlpRequests } from "../../bench/otlp-data.ts";

test("the decode bench decodes what protobufjs decodes", () => {
  const rows = benchDecode({ requestCount: 3, pointsPerRequest: 20, roundCount: 1 });
  const measured = rows.filter((it) => it.peer !== undefined);
  expect(measured).toHaveLength(2);
  for (const row of measured) expect(row.value).toBeGreaterThan(0);
});

test.each([
  ["sum", 198],
  ["histogram", 443],
] as const)("a bench's %s takes about %i bytes", (kind, expected) => {
  const [request] = otlpRequests({
    kind,
    pointsPerRequest: 1_000,
    seriesCount: 5_000,
    requestCount: 1,
  });
  expect(Math.abs(request!.length / 1_000 - expected)).toBeLessThan(3);
});
