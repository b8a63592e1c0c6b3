import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AlertEvaluator, type AlertTransition } from "../../src/alerts/index.ts";
import { linksUnder } from "../../src/server/alert-links.ts";
import { millis, OperationError } from "../../src/slo/index.ts";
import { FakeEngine, policyOf, sloOf, tierOf } from "./fake-engine.ts";

const TICK = 10_000;
const settings = { links: linksUnder("http://slowburn:4319") };

const slos = ["a", "b"].map((name) =>
  sloOf({
    id: `shop/${name}`,
    alerts: {
      noDataHoldMs: millis(5 * TICK),
      ...policyOf(
        tierOf({
          factorMilli: 100_000,
          longMs: 3 * TICK,
          shortMs: TICK,
          forMs: millis(name === "a" ? 0 : 2 * TICK),
          keepFiringForMs: millis(name === "a" ? 2 * TICK : 0),
        }),
        tierOf({ factorMilli: 200_000, longMs: 5 * TICK, shortMs: 2 * TICK, forMs: TICK }),
        tierOf({ severity: "ticket", factorMilli: 20_000, longMs: 6 * TICK, shortMs: 3 * TICK }),
      ),
    },
  }),
);

const roundTrip = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What happens to each stream in a tick; and whether the process takes a snapshot, or dies and comes back. */
const tickArb = fc.record({
  a: fc.constantFrom("good", "bad", "bad", "none"),
  b: fc.constantFrom("good", "bad", "bad", "none"),
  life: fc.constantFrom("run", "run", "run", "snapshot", "crash"),
});

describe("a restart in the middle of anything", () => {
  it("goes on as if there had been none", () => {
    let restartsWhileLive = 0;
    fc.assert(
      fc.property(fc.array(tickArb, { minLength: 10, maxLength: 60 }), (ticks) => {
        const engine = new FakeEngine();
        for (const [index, slo] of slos.entries()) engine.place(index, slo);
        const steady = new AlertEvaluator(engine, settings);
        let mortal = new AlertEvaluator(engine, settings);
        let snapshot = mortal.snapshot();
        let journal: AlertTransition[] = [];
        for (const [i, tick] of ticks.entries()) {
          engine.now = (i + 1) * TICK;
          for (const [index, what] of [tick.a, tick.b].entries())
            if (what !== "none") engine.book(index, engine.now, what === "bad" ? 30 : 100, 100);
          const expected = steady.evaluate(engine.shards, engine.now);
          const transitions = mortal.evaluate(engine.shards, engine.now);
          expect(roundTrip(transitions)).toEqual(roundTrip(expected));
          journal.push(...roundTrip(transitions));
          if (tick.life === "snapshot") {
            snapshot = mortal.snapshot();
            journal = [];
          }
          if (tick.life !== "crash") continue;
          if (mortal.current().some((alert) => alert.state !== "resolved")) restartsWhileLive++;
          mortal = new AlertEvaluator(engine, settings);
          mortal.restore(snapshot);
          for (const transition of journal) mortal.applyTransition(transition);
          expect(roundTrip(mortal.current())).toEqual(roundTrip(steady.current()));
        }
      }),
      { numRuns: 100 },
    );
    expect(restartsWhileLive).toBeGreaterThan(50);
  });

  it("applies a transition that the snapshot holds already", () => {
    const engine = new FakeEngine();
    engine.place(0, slos[0]!);
    const alerts = new AlertEvaluator(engine, settings);
    engine.now = TICK;
    engine.book(0, TICK, 0, 100);
    const transitions = alerts.evaluate(engine.shards, TICK);
    expect(transitions).not.toHaveLength(0);
    const again = new AlertEvaluator(engine, settings);
    again.restore(alerts.snapshot());
    for (const transition of transitions) again.applyTransition(transition);
    expect(again.current()).toEqual(alerts.current());
  });

  it("a stream that was removed while the process was down resolves", () => {
    const engine = new FakeEngine();
    engine.place(0, slos[0]!);
    const alerts = new AlertEvaluator(engine, settings);
    engine.now = TICK;
    engine.book(0, TICK, 0, 100);
    alerts.evaluate(engine.shards, TICK);
    engine.remove(0);
    const again = new AlertEvaluator(engine, settings);
    again.restore(alerts.snapshot());
    const [page] = again.evaluate(engine.shards, 2 * TICK);
    expect(page).toMatchObject({
      kind: "resolved",
      notify: "resolved",
      alert: { firedAt: TICK, resolveReason: "stream-removed" },
    });
  });
});

it("bytes that are no snapshot are refused", () => {
  const alerts = new AlertEvaluator(new FakeEngine(), settings);
  const encode = (text: string) => new TextEncoder().encode(text);
  for (const text of ["", "{", "null", "[]", '{"version":2,"alerts":[]}'])
    expect(() => alerts.restore(encode(text))).toThrow(OperationError);
});
