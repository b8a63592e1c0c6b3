/** Rule files edited while slowburn runs, and while it does not: what is sound takes effect, nothing loses its counts. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Home } from "./home.ts";
import { at, request, send } from "./otlp.ts";
import { startHere, type Slowburn } from "./running-server.ts";
import { until } from "./until.ts";

interface SloText {
  readonly objective?: string;
  readonly window?: string;
  readonly bad?: string;
  readonly alerts?: string;
}
const slo = (
  name: string,
  { objective = "99%", window = "1h", bad = "{ code: '500' }", alerts = "none" }: SloText = {},
): string =>
  `  ${name}:\n    objective: ${objective}\n    window: ${window}\n    alerts: ${alerts}\n` +
  `    sli: { metric: orders, bad: ${bad} }\n`;
const file = (service: string, ...slos: readonly string[]): string =>
  `apiVersion: slowburn/v1\nservice: ${service}\nslos:\n${slos.join("")}`;
const POLICY = "{ name: own, tiers: [{ severity: ticket, factor: 50, long: 10m, short: 1m }] }";

/** A cumulative sender of 1 bad event in 10. */
class Sender {
  readonly #start = Date.now();
  #count = 0;

  async send(slowburn: Slowburn): Promise<void> {
    this.#count++;
    const point = (code: string, int: number) => ({
      attributes: { code },
      start: at(this.#start),
      time: at(Date.now(), this.#count),
      int,
    });
    const points = [point("200", this.#count * 9), point("500", this.#count)];
    await send(slowburn.http, request("shop", [{ name: "orders", sum: { points } }]));
  }
}

const eventsOf = (slowburn: Slowburn, name: string) =>
  slowburn.log.filter(({ event }) => event === name);
const stateOf = async ({ api }: Slowburn, name: string) =>
  (await api.rules()).files.find(({ file: path }) => path.endsWith(name))?.state;
const becomes = (slowburn: Slowburn, name: string, state: string | undefined) =>
  until(`${name} is ${state}`, async () => (await stateOf(slowburn, name)) === state);
const idsOf = async ({ api }: Slowburn) => (await api.slos()).slos.map(({ id }) => id);

describe("a rule file that is broken while slowburn runs", () => {
  test("keeps its last good version running, and API, /metrics and log say so until it is mended", async () => {
    const home = new Home({
      "shop.yaml": file("shop", slo("orders")),
      "b.yaml": file("b", slo("x")),
    });
    const slowburn = await startHere(home);
    const sender = new Sender();
    await sender.send(slowburn);
    const path = (await slowburn.api.rules()).files.find((each) =>
      each.file.endsWith("shop.yaml"),
    )!.file;
    const loaded = () => slowburn.api.metric("slowburn_rule_file_loaded", { file: path });
    expect(await loaded()).toBe(1);

    home.write("shop.yaml", file("shop", slo("orders", { objective: "0.99" })));
    await becomes(slowburn, "shop.yaml", "kept-last-good");
    await sender.send(slowburn);
    expect(await slowburn.api.counts("shop/orders")).toEqual([18, 20]);
    expect(await loaded()).toBe(0);
    expect(await slowburn.api.metric("slowburn_rules_problems", { severity: "error" })).toBe(1);
    const { problems } = await slowburn.api.rules();
    expect(problems).toMatchObject([{ file: path, line: 5, severity: "error" }]);
    expect(eventsOf(slowburn, "rules.problem")).toMatchObject([{ file: path, line: 5 }]);
    expect((await slowburn.api.status()).rules).toEqual({ files: 2, errors: 1, warnings: 0 });

    home.write("shop.yaml", file("shop", slo("orders", { objective: "98%" })));
    await becomes(slowburn, "shop.yaml", "loaded");
    await sender.send(slowburn);
    expect(await slowburn.api.counts("shop/orders")).toEqual([27, 30]);
    expect(await loaded()).toBe(1);
    expect((await slowburn.api.slo("shop/orders")).objective.text).toBe("98%");
    expect((await slowburn.api.rules()).problems).toEqual([]);
  });

  test("keeps it over a restart too; a file that never was sound is rejected, alone", async () => {
    const home = new Home({ "shop.yaml": file("shop", slo("orders")) });
    const first = await startHere(home);
    const sender = new Sender();
    await sender.send(first);
    await first.close();
    home.write("shop.yaml", "slos: [");
    home.write("never.yaml", "apiVersion: slowburn/v2\n");
    const second = await startHere(home);
    await sender.send(second);
    expect(await second.api.counts("shop/orders")).toEqual([18, 20]);
    expect(await stateOf(second, "shop.yaml")).toBe("kept-last-good");
    expect(await stateOf(second, "never.yaml")).toBe("rejected");
    expect(await idsOf(second)).toEqual(["shop/orders"]);
  });

  test("a rules directory that is gone changes nothing that runs", async () => {
    const home = new Home({ "shop.yaml": file("shop", slo("orders")) });
    const slowburn = await startHere(home);
    const sender = new Sender();
    await sender.send(slowburn);
    rmSync(home.rules, { recursive: true });
    await becomes(slowburn, "shop.yaml", "kept-last-good");
    await sender.send(slowburn);
    expect(await slowburn.api.counts("shop/orders")).toEqual([18, 20]);
    expect((await slowburn.api.rules()).problems).toHaveLength(1);
  });
});

describe("an edit", () => {
  test.each<[string, SloText]>([
    ["objective", { objective: "99.5%" }],
    ["longer window", { window: "2h" }],
    ["shorter window", { window: "30m" }],
    ["alert policy", { alerts: POLICY }],
    ["all of them", { objective: "90%", window: "3h", alerts: POLICY.replace("50", "5") }],
  ])("of the %s keeps the counts, while running and while stopped", async (_what, edited) => {
    const home = new Home({ "shop.yaml": file("shop", slo("orders")) });
    const slowburn = await startHere(home);
    const sender = new Sender();
    await sender.send(slowburn);
    await slowburn.api.settled();
    home.write("shop.yaml", file("shop", slo("orders", edited)));
    await until("the edit is in force", () => eventsOf(slowburn, "rules.changed").length === 2);
    expect(await slowburn.api.counts("shop/orders")).toEqual([9, 10]);
    await sender.send(slowburn);
    expect(await slowburn.api.counts("shop/orders")).toEqual([18, 20]);
    await slowburn.close();
    home.write("shop.yaml", file("shop", slo("orders")));
    const restarted = await startHere(home);
    await sender.send(restarted);
    expect(await restarted.api.counts("shop/orders")).toEqual([27, 30]);
    expect((await restarted.api.slo("shop/orders")).objective.text).toBe("99%");
  });

  test("that adds an SLO counts from then on; one that removes it takes nothing from its neighbour", async () => {
    const home = new Home({ "shop.yaml": file("shop", slo("orders")) });
    const slowburn = await startHere(home);
    const sender = new Sender();
    await sender.send(slowburn);
    home.write("more.yaml", file("more", slo("orders", { bad: "{ code: '200' }" })));
    await becomes(slowburn, "more.yaml", "loaded");
    await sender.send(slowburn);
    expect(await slowburn.api.counts("more/orders")).toEqual([1, 10]);
    expect(await slowburn.api.counts("shop/orders")).toEqual([18, 20]);
    home.remove("more.yaml");
    await becomes(slowburn, "more.yaml", undefined);
    expect(await idsOf(slowburn)).toEqual(["shop/orders"]);
    await sender.send(slowburn);
    expect(await slowburn.api.counts("shop/orders")).toEqual([27, 30]);
  });

  test("that takes an SLO away hides it; when it comes back within a day nothing was lost, and that is said", async () => {
    const home = new Home({
      "shop.yaml": file("shop", slo("orders")),
      "b.yaml": file("b", slo("x")),
    });
    const slowburn = await startHere(home);
    const sender = new Sender();
    await sender.send(slowburn);
    home.remove("shop.yaml");
    await becomes(slowburn, "shop.yaml", undefined);
    expect(await idsOf(slowburn)).toEqual(["b/x"]);
    const shown = (await slowburn.api.metrics()).map(({ labels }) => labels["slo"]);
    expect(shown).not.toContain("shop/orders");
    expect(eventsOf(slowburn, "rules.retired")).toMatchObject([
      { slos: ["shop/orders"], files: [join(home.rules, "shop.yaml")], countedFor: "1d" },
    ]);
    await sender.send(slowburn);
    home.write("shop.yaml", file("shop", slo("orders")));
    await becomes(slowburn, "shop.yaml", "loaded");
    await sender.send(slowburn);
    expect(await slowburn.api.counts("shop/orders")).toEqual([27, 30]);
  });

  test("that empties the folder over a restart loses nothing either", async () => {
    const home = new Home({ "shop.yaml": file("shop", slo("orders")) });
    const first = await startHere(home);
    const sender = new Sender();
    await sender.send(first);
    await first.close();
    home.remove("shop.yaml");
    for (const start of ["the first", "another"]) {
      const second = await startHere(home);
      expect(await idsOf(second)).toEqual([]);
      if (start === "another") await sender.send(second);
      const path = join(home.rules, "shop.yaml");
      expect(eventsOf(second, "rules.retired"), start).toMatchObject([
        { slos: ["shop/orders"], files: [path], countedFor: "1d" },
      ]);
      const { problems } = await second.api.rules();
      expect(problems).toMatchObject([{ code: "slo-retired", severity: "warning", file: path }]);
      await second.close();
    }
    home.write("shop.yaml", file("shop", slo("orders")));
    const third = await startHere(home);
    await sender.send(third);
    expect(await third.api.counts("shop/orders")).toEqual([27, 30]);
    expect((await third.api.rules()).problems).toEqual([]);
  });

  test("of the indicator rebuilds the counts, however little is archived, and says so", async () => {
    const home = new Home({ "shop.yaml": file("shop", slo("orders")) });
    const slowburn = await startHere(home);
    const sender = new Sender();
    await sender.send(slowburn);
    home.write("shop.yaml", file("shop", slo("orders", { bad: "{ code: '200' }" })));
    await until("the edit is in force", () => eventsOf(slowburn, "rules.changed").length === 3);
    await sender.send(slowburn);
    expect(await slowburn.api.counts("shop/orders")).toEqual([2, 20]);
    expect(eventsOf(slowburn, "rules.rebuilt")).toMatchObject([{ slos: ["shop/orders"] }]);
  });

  test("made while slowburn starts takes effect", async () => {
    const home = new Home({ "shop.yaml": file("shop", slo("orders")) });
    const write = (event: string) => {
      if (event === "rules.loaded") home.write("late.yaml", file("late", slo("orders")));
    };
    const log = { debug: write, info: write, warn: write, error: write };
    const slowburn = await startHere(home, {}, { log });
    await becomes(slowburn, "late.yaml", "loaded");
    expect(await idsOf(slowburn)).toEqual(["late/orders", "shop/orders"]);
  });
});
