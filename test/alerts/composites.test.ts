/** Alerts of SLOs made of others: whose failures they are, and what a weighted error proves. */
import { describe, expect, test } from "vitest";
import { AlertEvaluator, type AlertView } from "../../src/alerts/index.ts";
import { Engine } from "../../src/engine/index.ts";
import { millis, type CompositeRule, type Slo, type StreamIndex } from "../../src/slo/index.ts";
import { HOUR, MINUTE, policyOf, sloOf, tierOf } from "./fake-engine.ts";

const START = 1_699_999_200_000; // a full hour
const BUCKET = 10_000;
const LINKS = { slo: () => "", generator: () => "", dashboard: () => undefined };
const QUIET = policyOf();
const PAGE = tierOf({ factorMilli: 2_000, significance: 1e-4 });

function compositeOf(rule: CompositeRule, tier = PAGE): Slo {
  return sloOf({
    id: "shop/journey",
    alerts: policyOf(tier),
    indicator: {
      kind: "composite",
      rule,
      members: [
        { sloId: "shop/quiet", weight: 1 },
        { sloId: "shop/busy", weight: 1 },
        { sloId: "shop/silent", weight: 1 },
      ],
    },
    ...(rule === "all"
      ? {
          budgeting: { kind: "timeslices", widthMs: millis(MINUTE), targetPpb: 1e9 as never },
        }
      : {}),
  });
}

interface Counts {
  readonly quiet: readonly [bad: number, total: number];
  readonly busy: readonly [bad: number, total: number];
}

/** The page after a bucket with these events; `undefined` when there is none. */
function pageOf(composite: Slo, counts: Counts): AlertView | undefined {
  const engine = new Engine({ bucketMs: BUCKET, startMs: START });
  const members = ["quiet", "busy", "silent"].map((name) =>
    sloOf({ id: `shop/${name}`, name, alerts: QUIET }),
  );
  engine.setRules([...members, composite], START);
  for (const [name, [bad, total]] of Object.entries(counts)) {
    for (let index = 0; index < 7; index++) {
      const id = idAt(engine, index);
      if (id === `shop/${name}` || id?.endsWith(`(shop/${name})`) === true)
        engine.book(index as StreamIndex, START, START + 5_000, total - bad, total);
    }
  }
  engine.tick(START + MINUTE);
  const evaluator = new AlertEvaluator(engine, { links: LINKS });
  evaluator.evaluate(engine.shards, START + MINUTE);
  return evaluator.current().find(({ sloId }) => sloId === composite.id);
}

function idAt(engine: Engine, index: number): string | undefined {
  try {
    return engine.stream(index as StreamIndex).slo.id;
  } catch {
    return undefined; // none has the index
  }
}

describe("the page of a weighted SLO", () => {
  test("says by which members, and who has no say", () => {
    const page = pageOf(compositeOf("weighted"), { quiet: [30, 100], busy: [100, 1_000] });
    expect(page?.annotations["summary"]).toBe(
      "shop/journey is burning its error budget 200x too fast (1h): the members' weighted error ratio is 20%, the 30d budget is gone: 20000% of it is spent.",
    );
    const description = page?.annotations["description"];
    expect(description).toContain(
      "Bad: 20% by weight in 1h (burn rate 200) and 20% by weight in 5m",
    );
    expect(description).toContain(
      "Of the burn over 1h, shop/quiet makes 75% (30% bad), shop/busy 25% (10% bad); shop/silent has no events and is left out.",
    );
  });

  test.each([
    {
      why: "one failure of a quiet member proves no more than one",
      quiet: [1, 1],
      busy: [0, 9_999],
      pages: false,
    },
    {
      why: "a quiet member that fails all the time proves it",
      quiet: [9, 9],
      busy: [0, 9_999],
      pages: true,
    },
    {
      why: "a busy member that fails is not outweighed by a quiet one",
      quiet: [0, 1],
      busy: [500, 1_000],
      pages: true,
    },
  ] as const)("$why", ({ quiet, busy, pages }) => {
    const page = pageOf(compositeOf("weighted"), { quiet, busy });
    expect(page !== undefined).toBe(pages);
  });

  test.each([
    [9, true],
    [8, false],
  ])("asks for so many bad events as they prove: of ten, %i", (bad, pages) => {
    const tier = tierOf({ factorMilli: 2_000, minBadEvents: 9 });
    const page = pageOf(compositeOf("weighted", tier), { quiet: [bad, 10], busy: [0, 100_000] });
    expect(page !== undefined).toBe(pages);
  });
});

test("the page of the worst of several is of its events", () => {
  const page = pageOf(compositeOf("worst"), { quiet: [30, 100], busy: [100, 1_000] });
  expect(page?.annotations["description"]).toContain("Bad: 30 of 100 events in 1h");
  expect(page?.annotations["description"]).toContain(
    "Of the burn over 1h, shop/quiet makes 100% (30% bad); shop/silent has no events and is left out.",
  );
});

test("the page of slices in which all must hold tells in how many each did not", () => {
  const tier = tierOf({ factorMilli: 2_000, longMs: millis(HOUR) });
  const page = pageOf(compositeOf("all", tier), { quiet: [30, 100], busy: [0, 1_000] });
  expect(page?.annotations["summary"]).toContain("100% of 1m slices are bad");
  expect(page?.annotations["description"]).toContain("shop/quiet makes 100% (100% bad)");
});
