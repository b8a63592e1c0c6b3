/** `slowburn backtest`: reports of a capture that has one outage, under rules before and after a change. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { traffic } from "../backtest/worlds.ts";
import { sized } from "../capture/captures.ts";
import { EPOCH_MS } from "../series/harness.ts";
import { terminal, type Ran } from "./terminal.ts";

const rulesOf = (objective: string) => `apiVersion: slowburn/v1
service: shop
slos:
  availability:
    objective: ${objective}
    window: 7d
    sli: { metric: http.requests, bad: { status: { matches: 5.. } } }
  orders:
    objective: 99%
    sli: { metric: orders, bad: { status: "500" } }
`;

const HOUR = 3600;
/** 3 % are bad for half an hour. */
const badAt = (second: number) => (second > 3 * HOUR && second <= 3.5 * HOUR ? 30 : 0);

let dir = "";
const at = (...names: readonly string[]) => join(dir, ...names);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "slowburn-backtest-"));
  for (const [name, objective] of [
    ["old", "99.9%"],
    ["new", "99.5%"],
    ["none", "5"],
  ] as const) {
    mkdirSync(at(name));
    writeFileSync(at(name, "shop.yaml"), rulesOf(objective));
  }
  mkdirSync(at("made"));
  writeFileSync(
    at("made", "shop.yaml"),
    `${rulesOf("99.9%")}  all: { objective: 98%, sli: { allOf: [availability, orders] } }\n`,
  );
  const requests = [...traffic({ seconds: 6 * HOUR, events: 1000, badAt })].slice(1);
  writeFileSync(at("day.otlp"), sized(...requests.map(([request]) => request)));
  writeFileSync(at("notes.txt"), "no capture\n");
  writeFileSync(at("broken.jsonl"), `{"resourceMetrics":[]}\n{"resourceMetrics":\n{}\n`);
});
afterAll(() => rmSync(dir, { recursive: true }));

async function run(args: readonly string[], more = {}): Promise<Ran> {
  const environment = { SLOWBURN_RULES_DIRECTORY: at("old") };
  const ports = { environment, now: () => EPOCH_MS + 30 * HOUR * 1000, ...more };
  const ran = await terminal(ports).run("backtest", ...args);
  return { ...ran, out: ran.out.replaceAll(`${dir}/`, ""), err: ran.err.replaceAll(`${dir}/`, "") };
}
const from = () => ["--from", at("day.otlp")];
const change = () => ["--rules", at("new"), ...from()];

describe("slowburn backtest", () => {
  it("injects an outage of a member into what is counted of it for an SLO made of it, too", async () => {
    const badMinutes = async (...more: readonly string[]) => {
      const args = [...from(), "--rules", at("made"), "--format", "json", ...more];
      const report = JSON.parse((await run(args)).out) as {
        slos: { id: string; after: { good: number; total: number } }[];
      };
      const { good, total } = report.slos.find(({ id }) => id === "shop/all")!.after;
      return total - good;
    };
    expect(await badMinutes()).toBe(30);
    // 20 min that begin 10 s into a minute
    expect(await badMinutes("--inject", "shop/availability:100%@1h/20m")).toBe(30 + 21);
  });

  it("of the configured rules tells what they did", async () => {
    const { code, out, err } = await run(from());
    expect([code, err]).toEqual([0, ""]);
    await expect(out).toMatchFileSnapshot("golden/backtest-one.txt");
  });

  it.each(["text", "json", "markdown"])(
    "of a change, as %s: the alerts differ, so it exits with 1",
    async (format) => {
      const inject = ["--inject", "shop/availability:100%@5h/10m", "--inject", "1%@1h/20m"];
      const { code, out, err } = await run([...change(), ...inject, "--format", format]);
      expect([code, err]).toEqual([1, ""]);
      await expect(out).toMatchFileSnapshot(`golden/backtest-change.${format}`);
    },
  );

  it("says that an outage from after the capture's end has no effect", async () => {
    const { out } = await run([...from(), "--inject", "5%@9h"]);
    expect(out).toContain("5%@9h begins after the capture's end: no effect\n");
    expect(out).not.toContain("seen by no alert");
  });

  it("of rules that alert alike exits with 0", async () => {
    const { code, out } = await run([
      "--rules",
      at("old"),
      "--against",
      at("old", "shop.yaml"),
      ...from(),
    ]);
    expect(code).toBe(0);
    expect(out).toContain("0 at other times, 0 only after, 0 only before");
  });

  it("draws a bar where standard error is a terminal, and takes it away", async () => {
    const { err } = await run(from(), { isErrorTerminal: true, now: tickingClock() });
    expect(err).toMatch(/█.*%.*2027-01-15T/);
    expect(err.endsWith("\r\u001b[K")).toBe(true);
  });

  it.each([
    ["rules that do not load", () => ["--rules", at("none"), ...from()], /error objective-sign/],
    [
      "rules that are not there",
      () => ["--rules", at("nowhere"), ...from()],
      /cannot read nowhere/,
    ],
    [
      "a capture that is none",
      () => ["--from", at("notes.txt")],
      /notes\.txt error capture-form.*file exporter/s,
    ],
    ["a capture that is not there", () => ["--from", at("nowhere")], /capture-unreadable/],
    [
      "a line that is broken",
      () => ["--from", at("broken.jsonl")],
      /broken\.jsonl:2 error record-malformed.*--skip-broken/s,
    ],
    [
      "a capture without a metric",
      () => ["--skip-broken", "--from", at("broken.jsonl")],
      /no metrics in broken/,
    ],
    ["an outage that says nothing", () => [...from(), "--inject", "2@1h"], /Write it as 2%@1h/],
    ["an outage of nobody", () => [...from(), "--inject", "shpo:2%@1h"], /no SLO or service shpo/],
    [
      "an outage of an SLO that is made of others",
      () => [...from(), "--rules", at("made"), "--inject", "shop/all:2%@1h"],
      /shop\/all has no events of its own: inject into its members, shop\/availability, shop\/orders/,
    ],
    ["no capture", () => [], /--from/],
  ])("%s: exits with 2", async (_name, args, said) => {
    const { code, out, err } = await run(args());
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(said);
  });
});

/** Each look is a second later. */
function tickingClock(): () => number {
  let nowMs = EPOCH_MS + 30 * HOUR * 1000;
  return () => (nowMs += 1000);
}
