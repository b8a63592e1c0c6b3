/** Catalogues of alert windows: which files they count for, while people edit them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadRules, readRuleFile, type RuleSet } from "../../../src/rules/index.ts";
import { formatDuration, type Slo } from "../../../src/slo/index.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "slowburn-sloth-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (file: string, text: string) => {
  mkdirSync(join(root, file, ".."), { recursive: true });
  writeFileSync(join(root, file), text);
};
const load = (previous?: RuleSet) =>
  loadRules(root, {
    bucketMs: 10_000,
    now: () => 1,
    ...(previous === undefined ? {} : { previous }),
  });

const slos = (objective: number, plugins = "") => `
version: prometheus/v1
service: shop
${plugins}
slos:
  - name: availability
    objective: ${objective}
    sli: { raw: { error_ratio_query: "sum(rate(bad[{{.window}}])) / sum(rate(all[{{.window}}]))" } }
    alerting: { name: Shop }
`;
const catalogue = (period: string, quickPercent: string) => `
apiVersion: sloth.slok.dev/v1
kind: AlertWindows
spec:
  sloPeriod: ${period}
  page:
    quick: { errorBudgetPercent: ${quickPercent}, shortWindow: 2m, longWindow: 30m }
    slow: { errorBudgetPercent: 2, shortWindow: 15m, longWindow: 3h }
  ticket:
    quick: { errorBudgetPercent: 5, shortWindow: 1h, longWindow: 12h }
    slow: { errorBudgetPercent: 12.5, shortWindow: 3h, longWindow: 36h }
`;

/** `page 14.4 over 1h and 5m` of each tier. */
const tiersOf = ([slo]: readonly Slo[]) =>
  slo?.alerts.tiers.map(
    ({ severity, factorMilli, longMs, shortMs }) =>
      `${severity} ${factorMilli / 1000} over ${formatDuration(longMs)} and ${formatDuration(shortMs)}`,
  );
const OWN = [
  "page 14.4 over 1h and 5m",
  "page 6 over 6h and 30m",
  "ticket 3 over 1d and 2h",
  "ticket 1 over 3d and 6h",
];
const CUSTOM = [
  "page 14.4 over 30m and 2m",
  "page 4.8 over 3h and 15m",
  "ticket 3 over 12h and 1h",
  "ticket 2.5 over 1d12h and 3h",
];
const told = (set: RuleSet) =>
  set.problems.map(({ code, file }) => `${code} ${file?.slice(root.length + 1)}`);

describe("a file of Sloth", () => {
  it("alerts on Sloth's own windows, without a gate of any kind", () => {
    const { slos: read } = readRuleFile({ file: "x", text: slos(99.9) });
    expect(tiersOf(read)).toEqual(OWN);
    expect(read[0]?.alerts.tiers).toEqual(
      read[0]?.alerts.tiers.map((tier) => ({
        ...tier,
        forMs: 0,
        keepFiringForMs: 0,
        minBadEvents: 0,
        significance: 1,
      })),
    );
  });

  it("alerts on those of a catalogue for 30 days, wherever that lies", () => {
    put("shop.yaml", slos(99.9));
    put("windows/custom.yaml", catalogue("30d", "1"));
    const set = load();
    expect(set.problems).toEqual([]);
    expect(tiersOf(set.slos)).toEqual(CUSTOM);
    expect(set.files.map(({ state }) => state)).toEqual(["loaded", "loaded"]);
  });

  it("knows a period however it is written, and one catalogue beside the SLOs in a file", () => {
    const text = `${slos(99.9)}---${catalogue("4w2d", "1")}`;
    expect(tiersOf(readRuleFile({ file: "x", text }).slos)).toEqual(CUSTOM);
  });

  it("does not look at a catalogue for another period", () => {
    put("shop.yaml", slos(99.9));
    put("7d.yaml", catalogue("7d", "1"));
    const set = load();
    expect([tiersOf(set.slos), set.problems]).toEqual([OWN, []]);
  });

  it("follows the catalogue when that changes, though its own text does not", () => {
    put("shop.yaml", slos(99.9));
    const first = load();
    put("windows.yaml", catalogue("30d", "1"));
    const second = load(first);
    put("windows.yaml", catalogue("30d", "2"));
    const third = load(second);
    rmSync(join(root, "windows.yaml"));
    const last = load(third);
    expect([first, second, third, last].map((set) => tiersOf(set.slos)?.[0])).toEqual([
      OWN[0],
      CUSTOM[0],
      "page 28.8 over 30m and 2m",
      OWN[0],
    ]);
  });

  it("keeps its alerts when the catalogue breaks, and says why", () => {
    put("shop.yaml", slos(99.9));
    put("windows.yaml", catalogue("30d", "1"));
    const first = load();
    put("windows.yaml", catalogue("30d", "many"));
    const second = load(first);
    expect(tiersOf(second.slos)).toEqual(CUSTOM);
    expect(told(second)).toEqual(["missing-reference shop.yaml", "wrong-type windows.yaml"]);
    expect(second.files.map(({ state }) => state)).toEqual(["kept-last-good", "kept-last-good"]);
  });

  it("takes the first of two catalogues for one period; the same twice is no fault", () => {
    put("shop.yaml", slos(99.9));
    put("a.yaml", catalogue("30d", "1"));
    put("b.yaml", catalogue("30d", "2"));
    put("c.yaml", catalogue("720h", "1"));
    const set = load();
    expect(tiersOf(set.slos)).toEqual(CUSTOM);
    expect(told(set)).toEqual(["duplicate-object b.yaml", "duplicate-object c.yaml"]);
    put("b.yaml", catalogue("30d", "1"));
    rmSync(join(root, "c.yaml"));
    expect(load(set).problems).toEqual([]);
  });

  it("leaves out what its objective can never reach, and keeps what is within the budget", () => {
    const low = readRuleFile({ file: "x", text: slos(92) });
    expect(tiersOf(low.slos)).toEqual(OWN.slice(1));
    expect(low.problems.map(({ code, severity }) => [code, severity])).toEqual([
      ["tier-never-fires", "warning"],
    ]);
    const text = `${slos(99)}---${catalogue("30d", "0.02")}`;
    const gentle = readRuleFile({ file: "x", text });
    expect(tiersOf(gentle.slos)?.[0]).toBe("page 0.288 over 30m and 2m");
    expect(gentle.problems.map(({ code, severity }) => [code, severity])).toEqual([
      ["tier-always-fires", "warning"],
    ]);
  });

  it("has no alerts where its plugins make none", () => {
    const chain = (...ids: readonly string[]) =>
      `slo_plugins: { overridePrevious: true, chain: [${ids.map((id) => `{ id: ${id} }`).join()}] }`;
    const read = (plugins: string) =>
      tiersOf(readRuleFile({ file: "x", text: slos(99.9, plugins) }).slos);
    expect(read(chain("sloth.dev/core/sli_rules/v1"))).toEqual([]);
    expect(read(chain("sloth.dev/core/sli_rules/v1", "sloth.dev/core/alert_rules/v1"))).toEqual(
      OWN,
    );
    expect(read("slo_plugins: { chain: [{ id: sloth.dev/core/debug/v1 }] }")).toEqual(OWN);
  });
});
