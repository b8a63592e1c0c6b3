import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { terminal, type Ran } from "./terminal.ts";

const RULES = `apiVersion: slowburn/v1
service: shop
slos:
  orders: { objective: 99%, sli: { metric: orders, bad: { status: "500" } } }
`;
const SCRIPT = `rules ../shop.yaml
metric orders counter
load
  orders{status="200"}   9/s for 5m
  orders{status="500"}   1/s for 5m
at 5m
  total 3000
  ratio 90%
`;

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "slowburn-test-"));
  mkdirSync(join(dir, "rules/tests"), { recursive: true });
  write("shop.yaml", RULES);
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(dir, "rules", name);
  writeFileSync(file, text);
  return file;
}
const run = async (...args: string[]): Promise<Ran> => {
  const { code, out, err } = await terminal().run("test", ...args);
  return { code, out: out.replaceAll(`${dir}/`, ""), err: err.replaceAll(`${dir}/`, "") };
};

describe("slowburn test", () => {
  it("of scripts that hold exits with 0 and counts them", async () => {
    const file = write("tests/shop.slo", SCRIPT);
    const passed = "pass rules/tests/shop.slo (1 test, 2 claims)\n1 script, 1 test: all passed\n";
    expect(await run(file)).toEqual({ code: 0, out: passed, err: "" });
    expect((await run(join(dir, "rules"))).out).toBe(passed);
  });

  it("of one that does not exits with 1, and shows the line, what was expected and what was", async () => {
    write("tests/good.slo", SCRIPT);
    write("tests/shop.slo", SCRIPT.replace("3000", "3001"));
    const { code, out, err } = await run(join(dir, "rules"));
    expect([code, err]).toEqual([1, ""]);
    await expect(out).toMatchFileSnapshot("golden/test-failed.txt");
  });

  it("of SLOs made of others needs the files of their members", async () => {
    write(
      "way.yaml",
      "apiVersion: slowburn/v1\nservice: way\nslos: { all: { objective: 90%, sli: { worstOf: [shop/orders, shop/other] } } }\n",
    );
    write(
      "shop.yaml",
      `apiVersion: slowburn/v1
service: shop
slos:
  orders: { objective: 90%, sli: { metric: orders, bad: { status: "500" } } }
  other: { objective: 90%, sli: { metric: other, bad: { status: "500" } } }
`,
    );
    const script = (...files: readonly string[]) =>
      write(
        "tests/way.slo",
        `${files.map((file) => `rules ../${file}\n`).join("")}metric orders counter
test "the worst of them"
load
  orders{status="500"}   1/s for 5m
at 5m
  error_ratio{slo="way/all"} 100%
`,
      );
    const lost = await run(script("way.yaml"));
    expect(lost.code).toBe(1);
    expect(lost.out).toMatch(
      /way\.yaml:3:49 error unknown-member: shop\/orders is not among the rules that are read \(hint: name its file too/,
    );
    expect(await run(script("way.yaml", "shop.yaml"))).toMatchObject({ code: 0 });
  });

  it("of a script that is none exits with 1 and says where", async () => {
    const { code, out } = await run(write("tests/shop.slo", SCRIPT.replace("total", "totals")));
    expect(code).toBe(1);
    expect(out).toMatch(
      /shop\.slo:7:3 error script-syntax: .*did you mean total\?[^]*\^\^\^\^\^\^\n/,
    );
  });

  it("of rules that are wrong exits with 1 and shows their line", async () => {
    write("shop.yaml", RULES.replace("99%", "0.99"));
    const { code, out } = await run(write("tests/shop.slo", SCRIPT));
    expect(code).toBe(1);
    expect(out).toMatch(/rules\/shop\.yaml:4:24 error objective-sign: [^]*\n +\| +\^\n/);
  });

  it("--format json is for scripts", async () => {
    const file = write("tests/shop.slo", SCRIPT.replace("3000", "3001"));
    const { code, out } = await run("--format", "json", file);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      passed: false,
      scripts: [
        {
          file: "rules/tests/shop.slo",
          passed: false,
          tests: [{ claimCount: 2, failures: [{ line: 7, expected: "3001", actual: "3000" }] }],
        },
      ],
    });
  });

  it("without a script, or of what is not there, exits with 2", async () => {
    const none = await run(join(dir, "rules"));
    expect([none.code, none.out]).toEqual([2, ""]);
    expect(none.err).toContain("no script (*.slo) below rules");
    expect((await run(join(dir, "nowhere"))).err).toContain("it does not exist");
  });

  it("shows on a terminal how far it is, once a second is over", async () => {
    let nowMs = 0;
    const file = write("tests/shop.slo", SCRIPT);
    const now = () => (nowMs += 60);
    const { err, code } = await terminal({ isErrorTerminal: true, now }).run("test", file);
    expect(code).toBe(0);
    const drawn = err.split("\r\u001b[K");
    expect(drawn.length).toBeGreaterThan(3);
    expect(drawn[1]).toMatch(/^1 of 1: .*shop\.slo at \d+m …$/);
    expect(drawn.at(-1)).toBe("");
    expect((await terminal({ isErrorTerminal: true }).run("test", file)).err).toBe("");
  });

  it("reads no script beyond 1 MiB", async () => {
    const { code, out } = await run(write("tests/big.slo", "#".repeat(1024 * 1024 + 1)));
    expect(code).toBe(1);
    expect(out).toContain("error script-unreadable: the file is over 1 MiB");
  });
});
