import { describe, expect, it } from "vitest";
import { AlertEvaluator, type AlertTransition } from "../../src/alerts/index.ts";
import { linksUnder } from "../../src/server/alert-links.ts";
import { millis, type Slo } from "../../src/slo/index.ts";
import { DAY, FakeEngine, HOUR, MINUTE, policyOf, sloOf, tierOf } from "./fake-engine.ts";

const TICK = 10_000;

function setUp(slo: Slo) {
  const engine = new FakeEngine();
  engine.place(0, slo);
  const alerts = new AlertEvaluator(engine, { links: linksUnder("http://slowburn:4319") });
  return { engine, alerts };
}

const ticket = (part = {}) =>
  tierOf({ severity: "ticket", factorMilli: 1000, longMs: HOUR, shortMs: 10 * MINUTE, ...part });

/** `12 page firing 1h/5m >firing`: tick, severity, what happened, tier, what is announced. */
function line(transition: AlertTransition): string {
  const tick = transition.at / TICK;
  if (transition.kind === "inactive") return `${tick} ${transition.severity} inactive`;
  const { alert, notify } = transition;
  const inhibited = alert.inhibited ? " inhibited" : "";
  const reason = alert.resolveReason === undefined ? "" : ` ${alert.resolveReason}`;
  return `${tick} ${alert.severity} ${transition.kind}${inhibited}${reason}${notify === undefined ? "" : ` >${notify}`}`;
}

/**
 * Plays a script of ticks, one character each: `.` 100 good events, `x` 100 events of which 50 are bad, `_` no events.
 * Windows are 3 ticks (long) and 1 tick (short) with factor 100 at 99.9 % unless the policy says otherwise.
 */
function play(script: string, slo: Slo): string[] {
  const { engine, alerts } = setUp(slo);
  const lines: string[] = [];
  for (const [i, what] of script.split("").entries()) {
    engine.now = (i + 1) * TICK;
    if (what !== "_") engine.book(0, engine.now, what === "x" ? 50 : 100, 100);
    lines.push(...alerts.evaluate(engine.shards, engine.now).map(line));
  }
  return lines;
}

const quick = (part = {}) =>
  tierOf({ factorMilli: 100_000, longMs: 3 * TICK, shortMs: TICK, ...part });
const withTiers = (...tiers: ReturnType<typeof tierOf>[]) => sloOf({ alerts: policyOf(...tiers) });

describe("an alert's way", () => {
  const seconds = (n: number) => millis(n * 1000);
  const cases: [name: string, slo: Slo, script: string, lines: string[]][] = [
    ["a clean stream has none", withTiers(quick()), "......", []],
    [
      "fires on the tick that crosses, resolves on the tick that no longer does",
      withTiers(quick()),
      "..xx..",
      ["3 page firing >firing", "5 page resolved recovered >resolved"],
    ],
    [
      "`for` holds it back",
      withTiers(quick({ forMs: seconds(20) })),
      ".xxxx.",
      ["2 page pending", "4 page firing >firing", "6 page resolved recovered >resolved"],
    ],
    [
      "a pending alert that clears leaves nothing and tells nobody",
      withTiers(quick({ forMs: seconds(20) })),
      ".xx.xx.",
      ["2 page pending", "4 page inactive", "5 page pending", "7 page inactive"],
    ],
    [
      "`keepFiringFor` counts from the first quiet tick",
      withTiers(quick({ keepFiringForMs: seconds(20) })),
      ".x....",
      ["2 page firing >firing", "3 page updated", "5 page resolved recovered >resolved"],
    ],
    [
      "flapping within `keepFiringFor` is one alert",
      withTiers(quick({ keepFiringForMs: seconds(20) })),
      ".x.x.x...",
      [
        "2 page firing >firing",
        "3 page updated",
        "4 page updated",
        "5 page updated",
        "6 page updated",
        "7 page updated",
        "9 page resolved recovered >resolved",
      ],
    ],
    [
      "flapping without it is one alert each time",
      withTiers(quick()),
      ".x.x.",
      [
        "2 page firing >firing",
        "3 page resolved recovered >resolved",
        "4 page firing >firing",
        "5 page resolved recovered >resolved",
      ],
    ],
    [
      "silence holds a firing alert",
      withTiers(quick()),
      ".x____.",
      ["2 page firing >firing", "3 page updated", "7 page resolved recovered >resolved"],
    ],
    [
      "silence holds a pending alert, which goes on when data is back",
      withTiers(quick({ forMs: seconds(30) })),
      ".x___xx",
      ["2 page pending", "3 page updated", "6 page firing >firing"],
    ],
    [
      "a page inhibits the ticket; when it ends, a ticket that still fires is announced",
      withTiers(quick(), quick({ severity: "ticket", factorMilli: 10_000, shortMs: 2 * TICK })),
      "..x...",
      [
        "3 page firing >firing",
        "3 ticket firing inhibited",
        "4 page resolved recovered >resolved",
        "4 ticket updated >firing",
        "5 ticket resolved recovered >resolved",
      ],
    ],
    [
      "a ticket that was announced before the page is inhibited, and its end is still announced",
      withTiers(
        quick({ longMs: 4 * TICK, factorMilli: 200_000 }),
        quick({ severity: "ticket", factorMilli: 1000 }),
      ),
      "...xx.",
      [
        "4 ticket firing >firing",
        "5 page firing >firing",
        "5 ticket updated inhibited",
        "6 page resolved recovered >resolved",
        "6 ticket resolved recovered >resolved",
      ],
    ],
    [
      "two page tiers are one alert: the second neither begins nor ends it",
      withTiers(quick(), quick({ longMs: 5 * TICK, shortMs: 2 * TICK, factorMilli: 190_000 })),
      "..xx...",
      [
        "3 page firing >firing",
        "4 page updated",
        "5 page updated",
        "6 page resolved recovered >resolved",
      ],
    ],
  ];
  for (const [name, slo, script, lines] of cases)
    it(name, () => expect(play(script, slo)).toEqual(lines));

  it("a bound ends the hold", () => {
    const alerts = { ...policyOf(quick()), noDataHoldMs: millis(20_000) };
    expect(play(".x_____", sloOf({ alerts }))).toEqual([
      "2 page firing >firing",
      "3 page updated",
      "5 page resolved no-data >resolved",
    ]);
  });
});

describe("what does not alert", () => {
  function verdict(bad: number, total: number, part: Parameters<typeof tierOf>[0]) {
    const { engine, alerts } = setUp(withTiers(tierOf(part)));
    engine.now = HOUR;
    engine.book(0, HOUR, total - bad, total);
    return alerts.evaluate(engine.shards, engine.now).map((t) => t.kind);
  }

  it("a burn of exactly the factor, decided on integers", () => {
    expect(verdict(1, 1000, { factorMilli: 1000 })).toEqual([]);
    expect(verdict(144, 10_000, {})).toEqual([]);
    expect(verdict(145, 10_000, {})).toEqual(["firing"]);
    expect(verdict(1_000_000_001, 1_000_000_000_000, { factorMilli: 1000 })).toEqual(["firing"]);
    expect(verdict(1_000_000_000, 1_000_000_000_000, { factorMilli: 1000 })).toEqual([]);
  });

  it("fewer bad events than asked for", () => {
    expect(verdict(4, 10, { minBadEvents: 5 })).toEqual([]);
    expect(verdict(5, 10, { minBadEvents: 5 })).toEqual(["firing"]);
  });

  it("what chance explains, at low traffic", () => {
    // research/math.md section 5.2: of 10 events 2 must fail, of 100 events 4.
    expect(verdict(1, 10, { significance: 1e-4 })).toEqual([]);
    expect(verdict(2, 10, { significance: 1e-4 })).toEqual(["firing"]);
    expect(verdict(3, 100, { significance: 1e-4 })).toEqual([]);
    expect(verdict(4, 100, { significance: 1e-4 })).toEqual(["firing"]);
    expect(verdict(1, 10, { significance: 1 })).toEqual(["firing"]);
  });

  it("a burn over one of the two lookbacks only", () => {
    const { engine, alerts } = setUp(withTiers(tierOf()));
    engine.book(0, HOUR - 10 * MINUTE, 0, 1000);
    engine.book(0, HOUR, 1000, 1000);
    engine.now = HOUR;
    expect(alerts.evaluate(engine.shards, engine.now)).toEqual([]); // long burns, short does not
    engine.book(0, HOUR + 1, 0, 20);
    engine.book(0, HOUR - 20 * MINUTE, 200_000, 200_000);
    engine.now = HOUR + 1;
    expect(alerts.evaluate(engine.shards, engine.now)).toEqual([]); // short burns, long does not
  });

  it("straddling events that are estimated good", () => {
    const { engine, alerts } = setUp(withTiers(tierOf()));
    engine.now = HOUR;
    engine.book(0, HOUR, 900, 1000, 100);
    expect(alerts.evaluate(engine.shards, engine.now)).toEqual([]);
    engine.book(0, HOUR, 0, 100, 60);
    expect(alerts.evaluate(engine.shards, engine.now).map((t) => t.kind)).toEqual(["firing"]);
  });
});

describe("rule edits", () => {
  const burning = () => {
    const set = setUp(withTiers(quick(), quick({ severity: "ticket", factorMilli: 10_000 })));
    const tick = (n: number) => {
      set.engine.now = n * TICK;
      return set.alerts.evaluate(set.engine.shards, set.engine.now).map(line);
    };
    set.engine.book(0, TICK, 0, 100);
    set.engine.book(0, 2 * TICK, 0, 100);
    expect(tick(1)).toEqual(["1 page firing >firing", "1 ticket firing inhibited"]);
    return { ...set, tick };
  };

  it("a stream that is taken away resolves its alerts", () => {
    const { engine, tick } = burning();
    engine.remove(0);
    expect(tick(2)).toEqual([
      "2 page resolved stream-removed >resolved",
      "2 ticket resolved stream-removed",
    ]);
    expect(tick(3)).toEqual([]);
  });

  it.each([
    ["recovered", "no longer burns its error budget too fast: the alert fired for 10s; "],
    [
      "stream-removed",
      "is no longer evaluated, since its rule was removed: the alert fired for 10s",
    ],
    ["policy-edited", "has no such alert any more, since its rule was edited: "],
  ] as const)("the end says in the past tense that it %s", (reason, text) => {
    const { engine, alerts, tick } = burning();
    if (reason === "recovered") engine.book(0, 2 * TICK, 1000, 1000);
    if (reason === "stream-removed") engine.remove(0);
    if (reason === "policy-edited") engine.place(0, sloOf({ alerts: policyOf() }));
    tick(2);
    const page = alerts.current().find(({ severity }) => severity === "page")!;
    expect([page.state, page.resolveReason]).toEqual(["resolved", reason]);
    expect(page.annotations["summary"]).toContain(`checkout/availability ${text}`);
    expect(page.annotations["summary"]).not.toContain("is burning");
  });

  it("a stream that moves to another index keeps them, and its old index starts clean", () => {
    const { engine, alerts, tick } = burning();
    engine.place(7, withTiers(quick(), quick({ severity: "ticket", factorMilli: 10_000 })));
    engine.place(0, sloOf({ id: "cart/availability", alerts: policyOf(quick()) }));
    expect(tick(2)).toEqual([]);
    expect(alerts.current().map((a) => `${a.streamKey} ${a.severity} ${a.state}`)).toEqual([
      "checkout/availability page firing",
      "checkout/availability ticket firing",
    ]);
    engine.book(7, 3 * TICK, 100, 100);
    expect(tick(3)).toEqual(["3 page resolved recovered >resolved", "3 ticket resolved recovered"]);
  });

  it("a policy edit keeps the alert where its severity remains", () => {
    const { engine, alerts, tick } = burning();
    engine.place(0, withTiers(quick({ longMs: 4 * TICK, shortMs: 2 * TICK })));
    expect(tick(2)).toEqual(["2 page updated", "2 ticket resolved policy-edited"]);
    const [page] = alerts.current();
    expect(page).toMatchObject({ state: "firing", firedAt: TICK, tier: "40s/20s" });
  });

  it("new labels are a new identity: the old one ends, the alert goes on", () => {
    const { engine, alerts, tick } = burning();
    const before = alerts.current()[0]!;
    engine.place(0, { ...withTiers(quick()), labels: { team: "shop" } });
    expect(tick(2)).toEqual([
      "2 page resolved labels-edited >resolved",
      "2 page updated",
      "2 ticket updated inhibited",
      "2 page updated >firing",
      "2 ticket resolved policy-edited",
    ]);
    const after = alerts.current()[0]!;
    expect(after.firedAt).toBe(before.firedAt);
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });
});

it("a resolved alert stays visible for 15 minutes", () => {
  const { engine, alerts } = setUp(withTiers(quick()));
  const states: string[] = [];
  for (let n = 1; n <= 95; n++) {
    engine.now = n * TICK;
    engine.book(0, engine.now, n === 1 ? 0 : 100, 100);
    alerts.evaluate(engine.shards, engine.now);
    states.push(alerts.current()[0]?.state ?? "none");
  }
  expect(states.lastIndexOf("resolved")).toBe(90);
  expect(states.indexOf("none")).toBe(91);
});

it("current() is the same array until something changes", () => {
  const { engine, alerts } = setUp(withTiers(quick()));
  const step = (good: number) => {
    engine.now += TICK;
    engine.book(0, engine.now, good, 100);
    alerts.evaluate(engine.shards, engine.now);
    return alerts.current();
  };
  const firing = step(0);
  expect(firing).toHaveLength(1);
  expect(step(0)).toBe(firing);
  expect(step(100)).not.toBe(firing);
});

it("an alert is described as of now, and as of its last transition once its stream is gone", () => {
  const { engine, alerts } = setUp(withTiers(quick()));
  engine.now = TICK;
  engine.book(0, TICK, 50, 100);
  alerts.evaluate(engine.shards, TICK);
  const alert = alerts.current()[0]!;
  expect(alerts.describe(alert).annotations).toEqual(alert.annotations);
  engine.book(0, TICK, 0, 100);
  expect(alerts.describe(alert).annotations["summary"]).toContain("75% of events are bad");
  engine.remove(0);
  expect(alerts.describe(alert)).toBe(alert);
});

it("the slowest tier of the workbook sees an overspent budget", () => {
  const slo = withTiers(ticket({ longMs: 3 * DAY, shortMs: 6 * HOUR }));
  const { engine, alerts } = setUp(slo);
  for (let hour = 1; hour <= 72; hour++) engine.book(0, hour * HOUR, 998, 1000);
  engine.now = 72 * HOUR;
  expect(alerts.evaluate(engine.shards, engine.now).map(line)).toEqual([
    "25920 ticket firing >firing",
  ]);
});
