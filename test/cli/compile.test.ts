/** `slowburn compile`: what it prints, and what it ends with. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { terminal } from "./terminal.ts";

const rules = (metric: string): string => `apiVersion: slowburn/v1
service: shop
slos:
  orders: { objective: 99.9%, sli: { metric: ${metric}, bad: { ok: false } }, alerts: { significance: off } }
`;

let dir = "";
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "slowburn-compile-"))));
afterEach(() => rmSync(dir, { recursive: true }));
const write = (text: string): string => {
  const file = join(dir, "shop.yaml");
  writeFileSync(file, text);
  return file;
};
const compile = (...args: string[]) => terminal().run("compile", ...args);

describe("slowburn compile", () => {
  it("prints rules, and what is wrong on standard error", async () => {
    const { code, out, err } = await compile("--to", "prometheus", write(rules("orders_total")));
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^# Made by slowburn compile[^]*name: sloth-slo-alerts-shop-orders/);
  });

  it("leaves out what has no form, says it with its line, and exits with 1", async () => {
    const { code, out, err } = await compile("--to", "prometheus", write(rules("shop.orders")));
    expect(code).toBe(1);
    expect(out).toContain("groups: []");
    expect(err).toMatch(/shop\.yaml:4:1 error not-compilable: .*\(hint: /);
  });

  it("--out writes a file", async () => {
    const file = join(dir, "out.yaml");
    const { code, out } = await compile(
      "--to",
      "prometheus",
      "--out",
      file,
      write(rules("o_total")),
    );
    expect([code, out]).toEqual([0, ""]);
    expect(readFileSync(file, "utf8")).toContain("groups:");
    const nowhere = ["--out", join(dir, "no", "out.yaml"), join(dir, "shop.yaml")];
    expect(await compile("--to", "prometheus", ...nowhere)).toMatchObject({ code: 2 });
  });

  it.each([
    [[], "--to"],
    [["--to", "datadog"], "prometheus"],
    [["--to", "prometheus", "--target", "influx"], "prom2.42, prom3, mimir, thanos, vm"],
    [["--to", "prometheus", "--wrapper", "helm"], "plain, PrometheusRule"],
  ])("refuses %j with 2", async (args, named) => {
    const { code, err } = await compile(...args);
    expect(code).toBe(2);
    expect(err).toContain(named);
  });
});
