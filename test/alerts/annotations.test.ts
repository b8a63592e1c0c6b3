import { expect, it } from "vitest";
import {
  annotationsOf,
  endAnnotationsOf,
  endAnnotationsWithout,
  type AlertEnd,
} from "../../src/alerts/annotations.ts";
import { linksUnder } from "../../src/server/alert-links.ts";
import { calendarWindow, millis, parseObjective, ppb } from "../../src/slo/index.ts";
import { DAY, FakeEngine, HOUR, MINUTE, policyOf, sloOf, tierOf } from "./fake-engine.ts";

const links = linksUnder("https://slowburn.example", "https://grafana.example");

function annotations(
  part: Parameters<typeof sloOf>[0],
  counts: [atMs: number, bad: number, total: number][],
  end?: AlertEnd,
) {
  const engine = new FakeEngine();
  const slo = sloOf(part);
  const index = engine.place(
    0,
    slo,
    slo.per.map(() => "/pay & more"),
  );
  engine.now = 30 * DAY;
  for (const [ago, bad, total] of counts) engine.book(0, engine.now - ago, total - bad, total);
  const [reading, tier] = [engine.read(index), slo.alerts.tiers[0]!] as const;
  return end === undefined
    ? annotationsOf(reading, tier, links)
    : endAnnotationsOf(reading, tier, links, end);
}

it("one sentence: what burns, how fast, how much is left, until when; then the evidence", () => {
  const got = annotations({ runbook: "https://runbooks.example/checkout" }, [
    [5 * DAY, 160, 990_000],
    [10 * MINUTE, 200, 9_000],
    [1 * MINUTE, 30, 1_000],
  ]);
  expect(got).toEqual({
    summary:
      "checkout/availability is burning its error budget 23x too fast (1h): 2.3% of events are bad, " +
      "61% of the 30d budget is left and will be gone in 19h.",
    description:
      "Bad: 230 of 10000 events in 1h (burn rate 23) and 30 of 1000 events in 5m (burn rate 30). " +
      "The page tier 1h/5m asks for a burn rate over 14.4 in both, at an objective of 99.9%. " +
      "Exactly on budget, so many bad events would come with a probability of less than 1e-12. " +
      "This tier detects such an incident 29m after it begins.",
    runbook_url: "https://runbooks.example/checkout",
    dashboard_url:
      "https://grafana.example/d/slowburn-slo?var-service=checkout&var-slo=checkout%2Favailability",
    slo_url: "https://slowburn.example/api/v1/slos/checkout/availability",
    burn_rate: "23",
    error_budget_remaining: "61%",
    time_to_exhaustion: "19h",
  });
});

it("a latency SLO's group, with an overspent budget", () => {
  const got = annotations(
    {
      id: "checkout/latency",
      name: "latency",
      objective: parseObjective("99%")!,
      per: ["http.route"],
      alerts: policyOf(
        tierOf({ factorMilli: 6000, longMs: 6 * HOUR, shortMs: millis(30 * MINUTE) }),
      ),
      indicator: { kind: "latency", total: { metric: "m", where: [] }, thresholdNanos: 250e6 },
    },
    [
      [2 * DAY, 100, 8_000],
      [HOUR, 60, 500],
      [MINUTE, 60, 500],
    ],
  );
  expect(got["summary"]).toBe(
    'checkout/latency{http.route="/pay & more"} is burning its error budget 12x too fast (6h): ' +
      "12% of events are too slow, the 30d budget is gone: 244% of it is spent.",
  );
  expect(got["slo_url"]).toBe("https://slowburn.example/api/v1/slos/checkout/latency");
  expect(got["dashboard_url"]).toMatch(/&var-slo=checkout%2Flatency&var-group=%2Fpay\+%26\+more$/);
  expect(got["error_budget_remaining"]).toBe("-144%");
  expect(got["runbook_url"]).toBeUndefined();
});

it.each([
  [calendarWindow("month", "UTC"), "61% of the month's budget is left"],
  [calendarWindow("week", "UTC", { count: 2 }), "61% of the budget of 2 weeks is left"],
])("a calendar window's budget is that of the whole window", (window, left) => {
  const engine = new FakeEngine();
  const slo = sloOf({ window });
  const index = engine.place(0, slo);
  engine.now = 30 * DAY;
  engine.book(0, engine.now - MINUTE, 970, 1_000);
  const reading = { ...engine.read(index), budgetRemaining: -9, budgetProjected: 0.61 };
  const got = annotationsOf(reading, slo.alerts.tiers[0]!, links);
  expect(got["summary"]).toContain(left);
  expect(got["error_budget_remaining"]).toBe("61%");
});

it("slices of time are called slices", () => {
  const budgeting = { kind: "timeslices", widthMs: millis(MINUTE), targetPpb: ppb(1) } as const;
  const got = annotations({ budgeting }, [[MINUTE, 3, 60]]);
  expect(got["summary"]).toContain("5% of 1m slices are bad");
  expect(got["description"]).toContain("Bad: 3 of 60 slices in 1h (burn rate 50)");
  expect(got["description"]).toContain("so many bad slices would come");
});

it("low traffic: the chance is said", () => {
  const got = annotations({}, [[MINUTE, 2, 10]]);
  expect(got["description"]).toContain("Bad: 2 of 10 events in 1h (burn rate 200)");
  expect(got["description"]).toContain("with a probability of 0.000050.");
});

it("the end of an alert tells what is now, in the past tense", () => {
  const got = annotations(
    {},
    [
      [5 * DAY, 160, 990_000],
      [30 * MINUTE, 200, 9_000],
      [1 * MINUTE, 0, 1_000],
    ],
    { reason: "recovered", firedForMs: 12 * MINUTE },
  );
  expect(got).toEqual({
    summary:
      "checkout/availability no longer burns its error budget too fast: the alert fired for 12m; " +
      "64% of the 30d budget is left.",
    description:
      "Bad: 200 of 10000 events in 1h (burn rate 20) and 0 of 1000 events in 5m (burn rate 0). " +
      "The page tier 1h/5m asks for a burn rate over 14.4 in both, at an objective of 99.9%.",
    dashboard_url:
      "https://grafana.example/d/slowburn-slo?var-service=checkout&var-slo=checkout%2Favailability",
    slo_url: "https://slowburn.example/api/v1/slos/checkout/availability",
    burn_rate: "20",
    error_budget_remaining: "64%",
    time_to_exhaustion: "23h",
  });
});

it.each([
  ["no-data", "shop/a has had no events for so long that its alert ended: "],
  ["stream-removed", "shop/a is no longer evaluated, since its rule was removed: "],
  ["policy-edited", "shop/a has no such alert any more, since its rule was edited: "],
  ["labels-edited", "shop/a goes on under other labels, since its rule was edited: "],
] as const)("an end without numbers (%s) keeps the links and says why", (reason, text) => {
  const before = { summary: "burns", burn_rate: "23", slo_url: "https://x/", runbook_url: "r" };
  expect(endAnnotationsWithout("shop/a", before, { reason, firedForMs: 45_000 })).toEqual({
    summary: `${text}the alert fired for 45s.`,
    slo_url: "https://x/",
    runbook_url: "r",
  });
});

it("what the file says wins; a summary that it displaces is kept beside it", () => {
  const alerting = {
    labels: {},
    annotations: { summary: "{{ $labels.service }}: {{ $value | humanizePercentage }} fail" },
    bySeverity: {
      page: { labels: {}, annotations: { runbook: "https://r.example/{{ $labels.slo }}" } },
      ticket: { labels: {}, annotations: { runbook: "none" } },
    },
  };
  const counts: [number, number, number][] = [[MINUTE, 30, 1_000]];
  expect(annotations({ alerting }, counts)).toMatchObject({
    summary: "checkout: 3% fail",
    runbook: "https://r.example/checkout/availability",
    slowburn_summary: expect.stringContaining("is burning its error budget 30x too fast") as string,
    description: expect.stringContaining("Bad: 30 of 1000") as string,
  });
  const end = { reason: "recovered", firedForMs: HOUR } as const;
  expect(annotations({ alerting }, [[10 * MINUTE, 30, 1_000]], end)).toMatchObject({
    summary: "checkout: NaN% fail", // no events in the short lookback: Prometheus would have no value either
    slowburn_summary: expect.stringContaining("no longer burns") as string,
  });
});
