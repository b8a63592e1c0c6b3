/** What `slowburn plan` prints and ends with; what it says is held against real servers in test/e2e/plan.test.ts. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { PlanAnswer, PlanStateAnswer, SloPlanAnswer } from "../../src/api/index.ts";
import { terminal } from "./terminal.ts";

const dir = mkdtempSync(join(tmpdir(), "slowburn-plan-"));
writeFileSync(join(dir, "shop.yaml"), "apiVersion: slowburn/v1\n");
afterAll(() => rmSync(dir, { recursive: true }));

const SINCE = "2026-05-01T12:00:00.000Z";
const state = (left: number | null, alerts: PlanStateAnswer["alerts"] = []): PlanStateAnswer => ({
  groupCount: 1,
  worst: {
    streamKey: "shop/orders",
    good: 9,
    bad: 1,
    total: 10,
    sli: 0.9,
    budgetRemaining: left,
    budgetProjected: left,
    since: SINCE,
  },
  alerts,
});
const page = {
  streamKey: "shop/orders",
  severity: "page",
  state: "firing",
  tier: "1h/5m",
} as const;
const change = (more: Partial<SloPlanAnswer>): SloPlanAnswer => ({
  id: "shop/orders",
  kind: "changed",
  file: "rules/shop.yaml",
  line: 4,
  objective: "99.9%",
  window: "30d",
  windowSeconds: 2_592_000,
  fields: [],
  history: { kind: "kept", since: null, notes: [] },
  series: { total: 2, part: 0, groups: 1, notes: [] },
  before: state(0.5),
  after: state(0.25),
  ...more,
});
const PLAN: PlanAnswer = {
  at: SINCE,
  problems: [],
  changes: [
    change({
      id: "shop/fresh",
      kind: "added",
      history: { kind: "begins", since: null, notes: [] },
      series: { total: 0, part: 0, groups: 0, notes: [] },
      before: null,
      after: state(null),
    }),
    change({
      fields: [
        { field: "objective", before: "99%", after: "99.9%" },
        { field: "owner", before: null, after: "shop-team" },
      ],
      history: {
        kind: "kept",
        since: null,
        notes: ["the 2h lookback is longer than what was held"],
      },
      series: { total: 4, part: 2, groups: 3, notes: ["took has no unit of time"] },
      before: { ...state(0.5), groupCount: 3 },
      after: { ...state(-1.25, [page, page]), groupCount: 3 },
    }),
    change({
      id: "shop/rebuilt",
      fields: [{ field: "per", before: "no groups", after: "http.route" }],
      history: { kind: "rebuilt", since: SINCE, notes: ["no rule used 3 of the series before"] },
      after: null,
    }),
    change({
      id: "shop/gone",
      kind: "removed",
      history: { kind: "retired", since: null, notes: ["it is counted on unseen for 1d"] },
      series: null,
      before: state(1, [{ ...page, severity: "ticket", state: "pending" }]),
      after: null,
    }),
  ],
  unchangedCount: 7,
};

const run = (answer: PlanAnswer, ...args: string[]) =>
  terminal({ fetch: () => Promise.resolve(Response.json(answer)) }).run(
    "plan",
    dir,
    "--against",
    "http://slowburn.test",
    ...args,
  );

describe("slowburn plan", () => {
  it.each(["text", "markdown"])("as %s", async (format) => {
    const { code, out } = await run(PLAN, "--format", format);
    expect(code).toBe(2);
    await expect(out).toMatchFileSnapshot(`golden/plan.${format === "text" ? "txt" : "md"}`);
  });

  it("as JSON is the answer, with where it came from", async () => {
    const { code, out } = await run(PLAN, "--format", "json");
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ ...PLAN, url: "http://slowburn.test" });
  });

  it("without a change exits with 0", async () => {
    const { code, out } = await run({ ...PLAN, changes: [] });
    expect([code, out]).toEqual([
      0,
      `no changes, 7 SLOs as they are (http://slowburn.test, as of ${SINCE})\n`,
    ]);
  });

  it("prints warnings beside it, and only errors when there are some", async () => {
    const problem = {
      code: "objective-sign",
      severity: "warning" as const,
      message: "it could mean two things",
      hint: null,
      file: join(dir, "shop.yaml"),
      line: 1,
      column: 1,
      endColumn: 11,
      path: "",
    };
    const warned = await run({ ...PLAN, problems: [problem] });
    expect([warned.code, warned.out.includes("shop/fresh")]).toEqual([2, true]);
    expect(warned.err).toContain("^^^^^^^^^^");
    const broken = await run({
      ...PLAN,
      changes: [],
      problems: [{ ...problem, severity: "error" }],
    });
    expect([broken.code, broken.err]).toEqual([1, ""]);
    expect(broken.out).toMatch(/shop\.yaml:1:1 error objective-sign/);
  });

  it.each([
    ["usage", ["--against", "nonsense"]],
    ["a format that there is not", ["--format", "xml"]],
    ["a token that cannot be read", ["--token-file", join(dir, "none")]],
  ])("%s exits with 1, since 2 says that something changes", async (_what, args) => {
    expect(await run(PLAN, ...args)).toMatchObject({ code: 1, out: "" });
  });

  it("what is in rule files and senders' attributes steers neither terminal nor pull request", async () => {
    const hostile = "a|b `c` <img src=x> @team [x](y)\u001b[31m\u202e\n# h";
    const named = change({
      id: hostile,
      fields: [{ field: hostile, before: hostile, after: hostile }],
      history: { kind: "kept", since: null, notes: [hostile] },
      series: { total: 1, part: 0, groups: 1, notes: [hostile] },
    });
    const markdown = (await run({ ...PLAN, changes: [named] }, "--format", "markdown")).out;
    const text = (await run({ ...PLAN, changes: [named] })).out;
    expect(text + markdown).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    const outsideCode = markdown.replaceAll(/`[^`\n]*`/g, "");
    expect(outsideCode).not.toMatch(/(?<!\\)[<[]|(?<!\\)`|@team|^# h/m);
    const row = markdown.split("\n").find((line) => line.includes("| changed |"));
    expect(row?.match(/(?<!\\)\|/g)).toHaveLength(7);
  });
});
