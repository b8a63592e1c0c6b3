import { describe, expect, it } from "vitest";
import { AlertEvaluator, type AlertTransition } from "../../src/alerts/index.ts";
import { linksUnder } from "../../src/server/alert-links.ts";
import { millis, type Slo } from "../../src/slo/index.ts";
import { FakeEngine, MINUTE, policyOf, sloOf, tierOf } from "./fake-engine.ts";

const settings = { links: linksUnder("http://slowburn:4319", "http://grafana:3000") };
const absent = { severity: "page", afterMs: millis(10 * MINUTE) } as const;

class World {
  readonly engine = new FakeEngine();
  alerts = new AlertEvaluator(this.engine, settings);
  readonly transitions: AlertTransition[] = [];

  constructor(part: Partial<Slo> = { absent }) {
    this.edit(part);
  }

  edit(part: Partial<Slo>): void {
    this.engine.place(
      0,
      sloOf(part),
      (part.per ?? []).map(() => "/pay"),
    );
  }

  /** A tick at each minute up to `minute`; what alerts did, as `10 firing`. */
  until(minute: number): readonly string[] {
    const done: string[] = [];
    while (this.engine.now < minute * MINUTE) {
      this.engine.now += MINUTE;
      const transitions = this.alerts.evaluate(this.engine.shards, this.engine.now);
      this.transitions.push(...transitions);
      for (const each of transitions) done.push(`${this.engine.now / MINUTE} ${each.kind}`);
    }
    return done;
  }

  hear(): void {
    this.engine.book(0, this.engine.now, 1, 1);
  }

  restart(): void {
    const snapshot = this.alerts.snapshot();
    this.alerts = new AlertEvaluator(this.engine, settings);
    this.alerts.restore(snapshot);
  }

  get last() {
    const transition = this.transitions.at(-1);
    return transition === undefined || transition.kind === "inactive" ? undefined : transition;
  }
}

describe("an alert on absent data", () => {
  it("fires when the newest point is as old as the rule asks, and ends with the next", () => {
    const world = new World();
    world.until(3);
    world.hear();
    expect(world.until(12)).toEqual([]);
    expect(world.until(20)).toEqual(["13 firing"]);
    expect(world.last).toMatchObject({ notify: "firing" });
    world.hear();
    expect(world.until(25)).toEqual(["21 resolved"]);
    expect(world.last).toMatchObject({
      notify: "resolved",
      alert: {
        resolveReason: "data-returned",
        annotations: { summary: "checkout/availability has data again: the alert fired for 8m." },
      },
    });
    expect(world.until(60).at(0)).toBe("30 firing"); // and goes on watching
  });

  it("fires for an SLO that never had data: a rule that counts nothing must be seen", () => {
    const world = new World();
    expect(world.until(20)).toEqual(["11 firing"]);
    expect(world.last?.alert).toMatchObject({
      kind: "absent",
      streamKey: "checkout/availability",
      state: "firing",
      labels: { alertname: "SlowburnDataAbsent", severity: "page", slo: "checkout/availability" },
      annotations: { summary: expect.stringContaining("no data since it was loaded") as string },
    });
  });

  it("does not hold maintenance for silence: that counts from its end", () => {
    const exclusion = {
      reason: "Upgrade",
      when: { kind: "once", startMs: 15 * MINUTE, endMs: 30 * MINUTE },
      source: { file: "rules/shop.yaml", line: 3 },
    } as const;
    const world = new World({ absent, exclusions: [exclusion] });
    expect(world.until(50)).toEqual(["11 firing", "16 resolved", "40 firing"]);
    const [, ended] = world.transitions;
    expect(ended).toMatchObject({ alert: { resolveReason: "excluded" } });
  });

  it("is not wanted by default", () => {
    expect(new World({}).until(60)).toEqual([]);
  });

  it("leaves burn alerts as they are: both can fire, each with its own end", () => {
    const world = new World({ absent, alerts: policyOf(tierOf()) });
    world.until(2);
    world.engine.book(0, world.engine.now, 0, 1_000);
    expect(world.until(15)).toEqual(["3 firing", "7 updated", "12 firing"]);
    const [burn, silent] = world.alerts.current();
    expect([burn?.kind, silent?.kind]).toEqual([undefined, "absent"]);
    expect(burn?.fingerprint).not.toBe(silent?.fingerprint);
    expect(world.alerts.current()).toBe(world.alerts.current());
  });

  it("is of the SLO as a whole: one group with data is data", () => {
    const world = new World({ absent, per: ["http.route"] });
    world.engine.place(1, world.engine.slos[0]!, ["/cart"]);
    world.until(5);
    for (let minute = 5; minute <= 30; minute++) {
      world.engine.book(1, world.engine.now, 1, 1);
      expect(world.until(minute + 1)).toEqual([]);
    }
    expect(world.until(60)).toEqual(["40 firing"]);
    expect(world.last?.alert).toMatchObject({ group: [], streamKey: "checkout/availability" });
    expect(world.last?.alert.labels).not.toHaveProperty("http_route");
  });
});

describe("over a restart", () => {
  it("what fires goes on, without being told again", () => {
    const world = new World();
    world.until(15);
    world.restart();
    expect(world.until(30)).toEqual([]);
    world.hear();
    expect(world.until(31)).toEqual(["31 resolved"]);
  });

  it("what does not fire yet waits from the start on: nobody could be heard before", () => {
    const world = new World();
    world.until(2);
    world.hear();
    world.until(8);
    world.restart();
    world.engine.now += 60 * MINUTE; // down for an hour
    expect(world.until(78)).toEqual([]);
    expect(world.until(80)).toEqual(["79 firing"]);
  });

  it("transitions from the journal come to the same", () => {
    const world = new World();
    world.until(15);
    const again = new AlertEvaluator(world.engine, settings);
    for (const transition of [...world.transitions, ...world.transitions])
      again.applyTransition(transition);
    expect(again.current()).toEqual(world.alerts.current());
  });
});

describe("a rule edit", () => {
  const fired = (): World => {
    const world = new World();
    world.until(11);
    return world;
  };

  it("that takes the alert away ends it", () => {
    const world = fired();
    world.edit({});
    expect(world.until(12)).toEqual(["12 resolved"]);
    expect(world.last?.alert.resolveReason).toBe("policy-edited");
  });

  it("that takes the SLO away ends it", () => {
    const world = fired();
    world.engine.remove(0);
    world.until(12);
    expect(world.last?.alert.resolveReason).toBe("stream-removed");
    expect(world.until(40)).toEqual([]);
    expect(world.alerts.current()).toEqual([]); // forgotten after a while
  });

  it("of labels ends it under the old ones and goes on under the new", () => {
    const world = fired();
    world.edit({ absent, labels: { tier: "1" } });
    expect(world.until(12)).toEqual(["12 resolved", "12 firing"]);
    expect(world.last?.alert).toMatchObject({ firedAt: 11 * MINUTE, labels: { tier: "1" } });
  });
});

it("has the file's name, severity and annotations; the sentence is slowburn's own", () => {
  const alerting = {
    alertName: "Burns",
    labels: { team: "shop" },
    annotations: { summary: "too many errors", runbook: "https://r.example/{{ $labels.service }}" },
    bySeverity: { page: { labels: { severity: "critical" }, annotations: {} } },
    absent: { alertName: "Burns", severity: "sev1", labels: { route: "night", team: "data" } },
  };
  const world = new World({ absent, alerting });
  world.until(11);
  expect(world.last?.alert).toMatchObject({
    labels: { alertname: "BurnsAbsent", severity: "sev1", team: "data", route: "night" },
    annotations: {
      summary: expect.stringContaining("has had no data") as string,
      runbook: "https://r.example/checkout",
      dashboard_url: expect.stringContaining("http://grafana:3000") as string,
    },
  });
});
