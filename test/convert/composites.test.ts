/** SLOs made of others come back from both formats, whatever they are made of. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONVERT_TARGETS } from "../../src/convert/index.ts";
import { readRuleFile } from "../../src/rules/index.ts";
import { compared, roundTrip } from "./round-trip.ts";

const name = fc
  .stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,20}$/)
  .filter((text) => !/^(constructor|prototype)$/.test(text));
const member = fc.oneof(
  name,
  fc.tuple(name, name).map((parts) => parts.join("/")),
);
const members = fc.uniqueArray(member, {
  minLength: 2,
  maxLength: 50,
  selector: (id) => (id.includes("/") ? id : `shop/${id}`),
});
const weight = fc.oneof(
  fc.integer({ min: 1, max: 1_000_000 }),
  fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
);
const sli = fc.oneof(
  fc.tuple(members, fc.array(weight, { minLength: 50, maxLength: 50 })).map(([ids, weights]) => ({
    weighted: Object.fromEntries(ids.map((id, index) => [id, weights[index]])),
  })),
  members.map((worstOf) => ({ worstOf })),
  fc.record(
    { allOf: members, slices: fc.constantFrom("10s", "1m", "5m", "1h", "90s") },
    { requiredKeys: ["allOf"] },
  ),
);
const slo = fc.record({
  objective: fc.constantFrom("90%", "99.5%", "99.99%"),
  window: fc.constantFrom<unknown>("30d", "7d", { calendar: "month", timeZone: "Europe/Berlin" }),
  alerts: fc.constantFrom("none", "workbook"),
  sli,
  noData: fc.constantFrom("ignore", "bad", "good", "hold"),
});

describe.each(CONVERT_TARGETS)("converted to %s", (target) => {
  it("composites are what they were", () => {
    fc.assert(
      fc.property(slo, ({ noData, ...written }) => {
        const isJoint = "allOf" in written.sli;
        const body = { ...written, ...(isJoint ? { noData } : {}) };
        const text = JSON.stringify({
          apiVersion: "slowburn/v1",
          service: "shop",
          slos: { j: body },
        });
        const { slos, problems } = readRuleFile({ file: "x.yaml", text });
        fc.pre(problems.every(({ severity }) => severity !== "error"));
        const { pairs, refused, texts } = roundTrip(slos, target);
        // OpenSLO writes no seconds.
        if (target === "openslo" && /"slices":"\d+0s"/.test(text)) {
          expect(refused).toHaveLength(1);
          return;
        }
        expect(refused, texts.join()).toEqual([]);
        for (const { before, after } of pairs) expect(compared(after)).toEqual(compared(before));
      }),
      { numRuns: 100 },
    );
  });
});
