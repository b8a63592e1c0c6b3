/** `slowburn plan` asked of a real server: what it says of an edit is what the edit does. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlanAnswer, PlanStateAnswer } from "../../src/api/index.ts";
import { terminal } from "../cli/terminal.ts";
import { Home } from "./home.ts";
import { at, request, send } from "./otlp.ts";
import { startHere, type Slowburn } from "./running-server.ts";
import { until } from "./until.ts";

const POLICY = (factor: number) =>
  `{ name: own, tiers: [{ severity: page, factor: ${factor}, long: 1m, short: 10s, significance: off }] }`;
const file = (slos: Readonly<Record<string, string>>): string =>
  `apiVersion: slowburn/v1\nservice: shop\nslos:\n${Object.entries(slos)
    .map(([name, text]) => `  ${name}: ${text}\n`)
    .join("")}`;
const BEFORE = file({
  orders: `{ objective: 99%, window: 1h, alerts: none, sli: { metric: orders, bad: { code: "500" } } }`,
  routes: `{ objective: 99%, window: 1h, alerts: none, per: [code], sli: { metric: orders, bad: { code: "500" } } }`,
  leaves: `{ objective: 99%, window: 1h, alerts: none, sli: { metric: orders, bad: { code: "501" } } }`,
  stays: `{ objective: 98%, window: 2h, alerts: none, sli: { metric: orders, bad: { code: "502" } } }`,
});
const AFTER = file({
  orders: `{ objective: 95%, window: 2h, alerts: ${POLICY(1)}, sli: { metric: orders, bad: { code: "500" } } }`,
  routes: `{ objective: 99%, window: 1h, alerts: none, per: [code], sli: { metric: orders, bad: { code: "200" } } }`,
  comes: `{ objective: 99%, window: 1h, alerts: none, sli: { metric: orders, good: { code: "200" } } }`,
  stays: `{ objective: 98%, window: 2h, alerts: none, sli: { metric: orders, bad: { code: "502" } } }`,
});

async function sendOrders(slowburn: Slowburn): Promise<void> {
  const start = Date.now();
  const point = (code: string, int: number) => ({
    attributes: { code },
    start: at(start - 1000),
    time: at(start),
    int,
  });
  const points = [point("200", 900), point("500", 100)];
  await send(slowburn.http, request("shop", [{ name: "orders", sum: { points } }]));
  await slowburn.api.settled();
}

const folder = (home: Home, name: string, text: string): string => {
  const path = join(home.directory, name);
  mkdirSync(path);
  writeFileSync(join(path, "shop.yaml"), text);
  return path;
};
const plan = (slowburn: Slowburn, ...args: string[]) =>
  terminal({ fetch }).run("plan", "--against", slowburn.api.url, ...args);
const changesOf = (slowburn: Slowburn) =>
  slowburn.log.filter(({ event }) => event === "rules.changed").length;
const numbers = (worst: PlanStateAnswer["worst"]) =>
  worst && [worst.good, worst.total, worst.sli, worst.budgetProjected];

describe("slowburn plan against a running server", () => {
  test("foretells what the edit then does, and changes nothing itself", async () => {
    const home = new Home({ "shop.yaml": BEFORE });
    const slowburn = await startHere(home);
    await sendOrders(slowburn);
    const next = folder(home, "next", AFTER);

    const { code, out } = await plan(slowburn, next, "--format", "json");
    expect(code).toBe(2);
    const { changes, unchangedCount } = JSON.parse(out) as PlanAnswer;
    expect(
      changes.map(({ id, kind, history, series }) => [id, kind, history.kind, series?.total]),
    ).toEqual([
      ["shop/comes", "added", "begins", 2],
      ["shop/leaves", "removed", "retired", undefined],
      ["shop/orders", "changed", "kept", 2],
      ["shop/routes", "changed", "rebuilt", 2],
    ]);
    expect(unchangedCount).toBe(1);
    expect((await slowburn.api.slo("shop/orders")).objective.text).toBe("99%");
    expect(await slowburn.api.alerts()).toEqual([]);

    home.write("shop.yaml", AFTER);
    await until("the edit is in force", () => changesOf(slowburn) === 3);
    await slowburn.api.settled();
    for (const { id, after, kind } of changes) {
      if (kind === "removed") {
        expect((await slowburn.api.slos()).slos.map((slo) => slo.id)).not.toContain(id);
        continue;
      }
      const { reading, groupCount } = await slowburn.api.slo(id);
      expect([id, numbers(after!.worst)]).toEqual([id, numbers(reading && { ...reading })]);
      expect([id, after!.groupCount]).toEqual([id, Math.max(groupCount, 1)]);
      const alerts = reading!.alerts.map(({ severity, state, tier }) => ({
        severity,
        state,
        tier,
      }));
      expect(alerts).toEqual(
        after!.alerts.map(({ severity, state, tier }) => ({ severity, state, tier })),
      );
    }
    expect((await plan(slowburn, next)).code).toBe(0);
  });

  test("says what is rebuilt, since when, and what comes of it", async () => {
    let aheadMs = -3 * 3_600_000;
    const home = new Home({ "shop.yaml": BEFORE });
    const slowburn = await startHere(home, {}, { now: () => Date.now() + aheadMs });
    const startMs = Date.now() + aheadMs;
    const sendAll = async (good: number, bad: number, ageMs: number) => {
      const point = (code: string, int: number) => ({
        attributes: { code },
        start: at(startMs),
        time: at(Date.now() + aheadMs - ageMs),
        int,
      });
      const points = [point("200", good), point("500", bad)];
      await send(slowburn.http, request("shop", [{ name: "orders", sum: { points } }]));
    };
    await sendAll(900, 100, 0);
    aheadMs = 0; // three hours pass
    await sendAll(1000, 500, 120_000); // no minute that is not over
    await slowburn.api.settled();
    const next = folder(home, "next", AFTER.replaceAll("window: 1h", "window: 6h"));

    const { out } = await plan(slowburn, next, "--format", "json");
    const { changes } = JSON.parse(out) as PlanAnswer;
    const rebuilt = changes.filter(({ history }) => history.kind === "rebuilt");
    expect(rebuilt.map(({ id }) => id)).toEqual(["shop/comes", "shop/routes"]);
    expect(Date.parse(rebuilt[0]!.history.since!) - startMs).toBeLessThan(60_000);
    expect(rebuilt[0]!.after!.worst).toMatchObject({ good: 1000, bad: 500, total: 1500 });

    home.write("shop.yaml", AFTER.replaceAll("window: 1h", "window: 6h"));
    await until("both are rebuilt", () =>
      slowburn.log.some(({ event }) => event === "rules.rebuilt"),
    );
    await until("and in force", async () => (await plan(slowburn, next)).code === 0);
    for (const { id, after, history } of rebuilt) {
      const { reading, groupCount } = await slowburn.api.slo(id);
      expect([id, numbers(after!.worst)]).toEqual([id, numbers(reading && { ...reading })]);
      expect([id, after!.worst!.since]).toEqual([id, history.since]);
      expect([id, after!.groupCount]).toEqual([id, Math.max(groupCount, 1)]);
    }
  });

  test("of one file leaves the SLOs of others alone; of a folder it removes them", async () => {
    const home = new Home({
      "shop.yaml": BEFORE,
      "more.yaml": BEFORE.replace("service: shop", "service: more"),
    });
    const slowburn = await startHere(home);
    const next = folder(home, "next", AFTER);
    const named = await plan(slowburn, join(next, "shop.yaml"));
    expect(named.out).toMatch(/1 added, 2 changed, 1 removed, 5 unchanged/);
    const whole = await plan(slowburn, next);
    expect(whole.out).toMatch(/1 added, 2 changed, 5 removed, 1 unchanged/);
  });

  test("prints errors as check does and exits with 1, as it does without an answer or with a wrong token", async () => {
    const home = new Home({ "shop.yaml": BEFORE });
    const token = join(home.directory, "token");
    writeFileSync(token, "right-token-of-the-test");
    const slowburn = await startHere(home, { tokensApi: `file:${token}` });
    const next = folder(home, "next", BEFORE.replace("99%", "0.99"));
    const broken = await plan(slowburn, next, "--token-file", token);
    const checked = await terminal().run("check", next);
    expect(broken.code).toBe(1);
    expect(broken.out).toContain("shop.yaml:4:24 error");
    expect(checked.out).toContain(broken.out.trim());
    expect(await plan(slowburn, next)).toMatchObject({ code: 1, out: "" });
    await slowburn.close();
    expect(await plan(slowburn, next)).toMatchObject({ code: 1, out: "" });
  });
});

describe("slowburn check against a running server", () => {
  test("tells what its series show: attributes, real bounds, metrics that none has", async () => {
    const latency = `{ objective: 99%, window: 30d, alerts: none, sli: { metric: took, faster: 250ms } }`;
    const home = new Home({ "shop.yaml": file({ latency }) });
    const slowburn = await startHere(home);
    const now = Date.now();
    const point = { attributes: { route: "/pay" }, start: at(now - 1000), time: at(now) };
    const histogram = { points: [{ ...point, bounds: [0.1, 0.2, 0.5], counts: [1, 1, 1, 1] }] };
    await send(slowburn.http, request("shop", [{ name: "took", unit: "s", histogram }]));
    const next = folder(
      home,
      "next",
      file({
        latency,
        mistyped: `{ objective: 99%, window: 30d, alerts: none, sli: { metric: took, where: { rout: /pay }, faster: 200ms } }`,
        unseen: `{ objective: 99%, window: 30d, alerts: none, sli: { metric: tok, faster: 200ms } }`,
      }),
    );
    const { code, out } = await terminal({ fetch }).run(
      "check",
      next,
      "--against",
      slowburn.api.url,
      "--format",
      "json",
    );
    const { problems } = JSON.parse(out) as { problems: { code: string; hint: string }[] };
    const told = problems.map(({ code: what, hint }) => `${what}: ${hint}`);
    expect(told.filter((text) => !text.startsWith("policy-empty"))).toEqual([
      "threshold-off-bound: exact are 200ms and 500ms; or give the histogram a bound there",
      "attribute-unseen: did you mean route?",
      "metric-unseen: did you mean took?",
    ]);
    expect(code).toBe(0);
  });
});
