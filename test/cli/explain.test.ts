/** `slowburn explain`: what an SLO means, before it pages. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { terminal, type Ran } from "./terminal.ts";

const RULES = `apiVersion: slowburn/v1
service: checkout
slos:
  availability:
    description: Answers that are not our fault.
    objective: 99.9%
    sli:
      metric: http.server.request.duration
      where: { http.route: { not: [/healthz, /readyz] } }
      bad: { error.type: { exists: true } }
  minutes:
    objective: 99%
    sli: { metric: orders, good: { ok: true } }
    budgeting: { slices: 1m, good: 95% }
  weighed:
    objective: 99%
    sli: { metric: orders, good: { ok: true } }
    budgeting: { slices: 1m, weigh: ratio }
    noData: bad
  maintained:
    objective: 99%
    sli: { metric: orders, good: { ok: true } }
    exclude:
      - { reason: Upgrade, approvedBy: jane, from: 2026-03-01T02:00:00Z, to: 2026-03-01T05:00:00+01:00 }
      - { reason: Restart, rrule: FREQ=WEEKLY, start: 2026-01-04T02:00, timeZone: Europe/Berlin, duration: 30m }
  silent: { objective: 99%, window: 7d, sli: { metric: orders, good: { ok: true } }, alerts: none }
  mean: { objective: 99%, sli: { weighted: { availability: 3, minutes: 1 } } }
  worst: { objective: 99%, sli: { worstOf: [availability, minutes] } }
  all: { objective: 98%, sli: { allOf: [availability, minutes] }, noData: bad }
`;

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "slowburn-explain-"));
  mkdirSync(join(dir, "rules"));
  writeFileSync(join(dir, "rules", "checkout.yaml"), RULES);
});
afterEach(() => rmSync(dir, { recursive: true }));

const unreachable: typeof fetch = () => Promise.reject(new Error("nobody"));
async function explain(args: readonly string[], fetching?: typeof fetch): Promise<Ran> {
  const { run } = terminal(fetching === undefined ? {} : { fetch: fetching });
  const ran = await run("explain", "--rules", join(dir, "rules"), ...args);
  return { ...ran, out: ran.out.replaceAll(`${dir}/`, ""), err: ran.err.replaceAll(`${dir}/`, "") };
}

describe("slowburn explain", () => {
  it("says what counts, what the budget allows, and what each alert does", async () => {
    const { code, out, err } = await explain(["checkout/availability", "--traffic", "20/s"]);
    expect([code, err]).toEqual([0, ""]);
    await expect(out).toMatchFileSnapshot("golden/explain.txt");
  });

  it.each(["mean", "worst", "all"])(
    "says what members can do to an SLO made of them: %s",
    async (name) => {
      const { code, out, err } = await explain([`checkout/${name}`], unreachable);
      expect([code, err]).toEqual([0, ""]);
      await expect(out).toMatchFileSnapshot(`golden/explain-${name}.txt`);
    },
  );

  it("tells machines what a member's outage costs", async () => {
    const { out } = await explain(["checkout/mean", "--json"], unreachable);
    const { traffic, members } = JSON.parse(out);
    expect(traffic).toBeNull();
    expect(members).toMatchObject([
      { sloId: "checkout/availability", objective: "99.9%", errorRatio: 0.75, burnRate: 75 },
      { sloId: "checkout/minutes", objective: "99%", errorRatio: 0.25, burnRate: 25 },
    ]);
    // A page at 14.4 over an hour: 14.4 x 1 % of it must be bad, and a quarter is.
    expect(members[1].tiers[0].afterMs).toBeCloseTo((0.144 / 0.25) * 3_600_000);
  });

  it("knows members of other files only when they are read", async () => {
    writeFileSync(
      join(dir, "rules", "shop.yaml"),
      "apiVersion: slowburn/v1\nservice: shop\nslos: { all: { objective: 98%, sli: { allOf: [checkout/availability, checkout/minutes] } } }\n",
    );
    const whole = await explain(["shop/all"], unreachable);
    expect(whole.out).toMatch(/^checkout\/minutes +99% +95% +100%/m);
    const alone = await explain(
      ["shop/all", "--rules", join(dir, "rules", "shop.yaml")],
      unreachable,
    );
    expect(alone.code).toBe(0);
    expect(alone.out).toMatch(/^checkout\/minutes +- +- +100%/m);
  });

  it("names the template that says it", async () => {
    const body = "{ objective: 99%, sli: { metric: m, bad: { e: 1 } } }";
    writeFileSync(
      join(dir, "rules", "platform.yaml"),
      `apiVersion: slowburn/v1\ntemplates:\n  web@1: { slos: { availability: ${body} } }\n`,
    );
    writeFileSync(
      join(dir, "rules", "shop.yaml"),
      "apiVersion: slowburn/v1\nservice: shop\nuse: web/availability@1\n",
    );
    const { out } = await explain(["shop/availability", "--traffic", "20/s"]);
    expect(out).toMatch(/^shop\/availability \(rules\/shop.yaml:3\)$/m);
    expect(out).toContain(
      "That is said by the template web@1, availability (rules/platform.yaml:3).",
    );
  });

  it("says what does not count, and why", async () => {
    const { out } = await explain(["checkout/maintained"], unreachable);
    expect(out).toContain(
      "Not counted, neither good nor bad: 2026-03-01T02:00:00Z to 2026-03-01T04:00:00Z (Upgrade, approved by jane).\n" +
        "Not counted, neither good nor bad: 30m from 2026-01-04T02:00 Europe/Berlin by FREQ=WEEKLY (Restart).\n",
    );
  });

  it("shows what a rule file says without obeying it", async () => {
    const hostile = RULES.replace("our fault.", "our \u202efault.");
    writeFileSync(join(dir, "rules", "checkout.yaml"), hostile);
    const { out } = await explain(["checkout/availability", "--traffic", "20/s"]);
    expect(out).toContain("our \\u202efault.");
  });

  it("takes the traffic of a running slowburn, over the time that it has counted", async () => {
    const { out } = await explain(["checkout/availability"]);
    expect(out).toContain("At 2.78 events/s (present traffic)"); // 10 000 events in 1h
  });

  it("does without one that does not answer, but not when it was named", async () => {
    const { code, out } = await explain(["checkout/availability"], unreachable);
    expect(code).toBe(0);
    expect(out).toContain("The traffic is not known");
    const named = ["checkout/availability", "--url", "http://127.0.0.1:1"];
    expect(await explain(named, unreachable)).toMatchObject({ code: 2, out: "" });
  });

  it.each([
    ["20/s", 20],
    ["1200/m", 20],
    ["600/h", 1 / 6],
    ["1e4/1d", 10_000 / 86_400],
  ])("--traffic %s", async (text, perSecond) => {
    const { out } = await explain(["checkout/availability", "--traffic", text, "--json"]);
    expect(JSON.parse(out)).toMatchObject({ traffic: { source: "as given" } });
    const { traffic } = JSON.parse(out) as { traffic: { eventsPerSecond: number } };
    expect(traffic.eventsPerSecond).toBeCloseTo(perSecond, 12);
  });

  it.each(["20", "0/s", "-1/s", "many/s", "20/fortnight"])("refuses --traffic %s", async (text) => {
    const { code, err } = await explain(["checkout/availability", "--traffic", text]);
    expect(code).toBe(2);
    expect(err).toContain("20/s, 600/h");
  });

  it("says when such traffic cannot resolve the objective", async () => {
    const { out } = await explain(["checkout/availability", "--traffic", "1/h"]);
    expect(out).toContain("less than one bad event in 30d");
  });

  it("of slices of time counts slices: 1 % of 1440 a day, whatever the traffic", async () => {
    const { out } = await explain(["checkout/minutes", "--traffic", "20/s"]);
    expect(out).toContain("Slices of 1m are counted: each is good when at least 95% of its events");
    expect(out).toContain("99% of the slices must be good");
    expect(out).toContain(
      "At 60 slices/h (one every 1m that has events) that is 14 bad slices a day",
    );
    expect(out).toContain("Evaluation (10 s), the end of a slice (1m),");
    // 10 % bad events make every slice bad, 1 % none: 2 % of 30 d are gone after 14.4 x 1 % of the hour.
    const [, page = ""] = /^page 1h\/5m +(.*)$/m.exec(out) ?? [];
    expect(page.split(/ {2,}/)).toEqual([
      "> 14.4",
      expect.stringMatching(/^8m38s/),
      expect.stringMatching(/^8m38s/),
      "never: burns too slowly",
    ]);
  });

  it("of slices that are weighed says so, and what silence is", async () => {
    const { out } = await explain(["checkout/weighed"]);
    expect(out).toContain("each is as good as the ratio of its events. One without events is bad.");
    expect(out).toMatch(/^page 6h\/30m .* 22m.* 3h36m/m);
  });

  it("of an SLO that never alerts says so", async () => {
    expect((await explain(["checkout/silent"], unreachable)).out).toMatch(/\nIt never alerts\.\n$/);
  });

  it("--json has each tier with each outage", async () => {
    const { out } = await explain(["checkout/availability", "--json"], unreachable);
    const answer = JSON.parse(out) as { tiers: { outages: object[] }[] };
    expect(answer).toMatchObject({ slo: { id: "checkout/availability" }, traffic: null });
    expect(answer.tiers.map(({ outages }) => outages.length)).toEqual([3, 3, 3, 3]);
  });

  it("of an SLO that does not exist exits with 2 and names the nearest", async () => {
    const { code, err } = await explain(["checkout/availablity"]);
    expect(code).toBe(2);
    expect(err).toContain("did you mean checkout/availability?");
  });
});
