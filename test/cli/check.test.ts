import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { terminal, type Ran } from "./terminal.ts";

const GOOD = `apiVersion: slowburn/v1
service: checkout
slos:
  availability:
    objective: 99.9%
    window: 30d
    sli:
      metric: http.server.request.duration
      bad: { error.type: { exists: true } }
`;
const BAD = GOOD.replace("99.9%", "0.999");

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "slowburn-check-"));
  mkdirSync(join(dir, "rules"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const write = (name: string, text: string): string => {
  const file = join(dir, "rules", name);
  writeFileSync(file, text);
  return file;
};
const check = async (...args: string[]): Promise<Ran> => {
  const ran = await terminal().run("check", ...args);
  return { ...ran, out: ran.out.replaceAll(`${dir}/`, ""), err: ran.err.replaceAll(`${dir}/`, "") };
};

describe("slowburn check", () => {
  it("of good files exits with 0 and counts them", async () => {
    const file = write("good.yaml", GOOD);
    expect(await check(file)).toEqual({
      code: 0,
      out: "1 file, 1 SLO: 0 errors, 0 warnings\n",
      err: "",
    });
    expect((await check(join(dir, "rules"))).code).toBe(0);
  });

  it("of a bad file exits with 1, and shows place, line, caret and what to write", async () => {
    const { code, out, err } = await check(write("bad.yaml", BAD));
    expect([code, err]).toEqual([1, ""]);
    await expect(out).toMatchFileSnapshot("golden/check-bad.txt");
  });

  it("lets files that are named together refer to one another, and one alone to none", async () => {
    const slo = write(
      "slo.yaml",
      `apiVersion: openslo/v1
kind: SLO
metadata: { name: a, annotations: { slowburn.dev/alerts: none } }
spec:
  service: s
  indicatorRef: answered
  timeWindow: [{ duration: 30d }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.99 }]
`,
    );
    const metric = "{ metricSource: { type: prometheus, spec: { query: m } } }";
    const sli = write(
      "sli.yaml",
      `apiVersion: openslo/v1
kind: SLI
metadata: { name: answered }
spec: { ratioMetric: { good: ${metric}, total: ${metric} } }
`,
    );
    expect((await check(slo, sli)).out).toBe("2 files, 1 SLO: 0 errors, 0 warnings\n");
    const alone = await check(slo);
    expect([alone.code, alone.out]).toEqual([1, expect.stringContaining("missing-reference")]);
  });

  it("finds in a directory what only shows between files", async () => {
    write("a.yaml", GOOD);
    write("b.yaml", GOOD);
    const { code, out } = await check(join(dir, "rules"));
    expect(code).toBe(1);
    expect(out).toContain("duplicate-slo");
  });

  it("takes several paths, good and bad together", async () => {
    const { code, out } = await check(write("good.yaml", GOOD), write("bad.yaml", BAD));
    expect(code).toBe(1);
    expect(out).toMatch(/2 files, 1 SLO: 1 error, 0 warnings\n$/);
  });

  it("--json is for scripts: codes and places, no colours", async () => {
    const file = write("bad.yaml", BAD);
    const { code, out } = await check("--json", file);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      fileCount: 1,
      sloCount: 0,
      errorCount: 1,
      problems: [{ severity: "error", line: 5, file: "rules/bad.yaml" }],
    });
  });

  it("of nothing at all exits with 2", async () => {
    const { code, out, err } = await check(join(dir, "nowhere"));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/error unreadable: cannot read nowhere: it does not exist/);
  });

  it("without paths reads the configured rules directory", async () => {
    write("bad.yaml", BAD);
    const environment = { SLOWBURN_RULES_DIRECTORY: join(dir, "rules") };
    const { code, out } = await terminal({ environment }).run("check");
    expect(code).toBe(1);
    expect(out).toContain("bad.yaml:5:");
  });

  it("refuses a wrong configuration with 2", async () => {
    const { code, err } = await terminal({ environment: { SLOWBURN_API_PORT: "many" } }).run(
      "check",
    );
    expect(code).toBe(2);
    expect(err).toContain("SLOWBURN_API_PORT");
  });
});
