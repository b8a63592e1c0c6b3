import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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

  it("lets files that are named together refer to one another, and one alone to those of its folder", async () => {
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
    expect((await check(slo)).out).toBe("1 file, 1 SLO: 0 errors, 0 warnings\n");
    rmSync(sli);
    const alone = await check(slo);
    expect([alone.code, alone.out]).toEqual([1, expect.stringContaining("missing-reference")]);
  });

  it("lists templates, and who would be affected by a change of each", async () => {
    const body = "slos: { a: { objective: 99%, sli: { metric: m, bad: { e: 1 } } } }";
    const published = write(
      "platform.yaml",
      `apiVersion: slowburn/v1\ntemplates: { web@1: { ${body} }, idle@1: { ${body} } }\n`,
    );
    const use = write("shop.yaml", "apiVersion: slowburn/v1\nservice: shop\nuse: web@1\n");
    const { code, out } = await check("--templates", published, use);
    expect([code, out.replaceAll(`${dir}/`, "")]).toEqual([
      0,
      "2 files, 1 SLO, 2 templates: 0 errors, 0 warnings\n\n" +
        "TEMPLATE  USED BY        WHERE\n" +
        "idle@1    nobody         rules/platform.yaml:2\n" +
        "web@1     1 SLO: shop/a  rules/platform.yaml:2\n",
    ]);
    expect(JSON.parse((await check("--json", published, use)).out)).toMatchObject({
      templates: [
        { template: "idle@1", slos: [] },
        { template: "web@1", slos: ["shop/a"] },
      ],
    });
    expect((await check("--templates", write("good.yaml", GOOD))).out).toContain(
      "No template is published.",
    );
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

  it.each([
    ["github", /^::error file=rules\/bad\.yaml,line=5,col=16,title=objective-sign::.*\n1 file/],
    ["sarif", /"ruleId": "objective-sign"/],
    ["json", /"errorCount": 1/],
  ])("--format %s", async (format, expected) => {
    const { code, out } = await check("--format", format, write("bad.yaml", BAD));
    expect(code).toBe(1);
    expect(out).toMatch(expected);
  });

  it("refuses a format that does not exist with 2", async () => {
    const { code, err } = await check("--format", "xml");
    expect(code).toBe(2);
    expect(err).toContain("text, json, github, sarif");
  });

  it("warns of what loads and is seldom meant, and exits with 0", async () => {
    const sli = "{ metric: http.server.request.duration, faster: 300ms }";
    const off = GOOD.replace(/sli:[^]*$/, `sli: ${sli}\n`);
    const { code, out } = await check(write("off.yaml", off));
    expect(code).toBe(0);
    expect(out).toContain("warning threshold-off-bound");
  });

  it("of nothing at all exits with 2", async () => {
    const { code, out, err } = await check(join(dir, "nowhere"));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/error unreadable: cannot read nowhere: it does not exist/);
  });

  it("of a pipe does not block: in a directory it is a problem, alone it cannot be read", async () => {
    const pipe = join(dir, "rules", "pipe.yaml");
    execFileSync("mkfifo", [pipe]);
    const { code, out } = await check(join(dir, "rules"));
    expect([code, out]).toEqual([
      1,
      "rules/pipe.yaml error file-unreadable: it is no regular file\n1 file, 0 SLOs: 1 error, 0 warnings\n",
    ]);
    const alone = await check(pipe);
    expect([alone.code, alone.out]).toEqual([2, ""]);
    expect(alone.err).toContain("cannot read rules/pipe.yaml: it is no regular file");
  });

  it("reads no file beyond 1 MiB, nor behind a link that leaves the directory", async () => {
    const big = write("big.yaml", "#".repeat(1024 * 1024 + 1));
    symlinkSync("/dev/zero", join(dir, "rules", "zero.yaml"));
    const { code, out } = await check(join(dir, "rules"));
    expect(code).toBe(1);
    expect(out).toMatch(/big\.yaml error file-too-large[^]*zero\.yaml error file-outside-root/);
    expect((await check(big)).out).toContain("file-too-large");
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
