/** `slowburn convert`: what it prints and writes, and what it ends with. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { terminal } from "./terminal.ts";

const sloth = (service: string, objective = 99.9): string => `version: prometheus/v1
service: ${service}
slos:
  - name: availability
    objective: ${objective}
    sli:
      events:
        error_query: sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_requests_total[{{.window}}]))
    alerting: { name: Errors }
`;
const WINDOWS = `---
apiVersion: sloth.slok.dev/v1
kind: AlertWindows
spec:
  sloPeriod: 30d
  page:
    quick: { errorBudgetPercent: 2, shortWindow: 5m, longWindow: 1h }
    slow: { errorBudgetPercent: 5, shortWindow: 30m, longWindow: 6h }
  ticket:
    quick: { errorBudgetPercent: 1, shortWindow: 2h, longWindow: 1d }
    slow: { errorBudgetPercent: 5, shortWindow: 6h, longWindow: 3d }
`;

let dir = "";
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "slowburn-convert-"))));
afterEach(() => rmSync(dir, { recursive: true }));
const write = (name: string, text: string): string => {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
};
const convert = (...args: string[]) => terminal().run("convert", ...args);

describe("slowburn convert", () => {
  it.each([
    ["native", "apiVersion: slowburn/v1\nservice: shop\n"],
    ["openslo", "apiVersion: openslo/v1\nkind: SLO\n"],
  ])("prints %s documents that say where they are from, one a service", async (to, head) => {
    const files = [write("a.yaml", sloth("shop")), write("b.yaml", sloth("cart"))];
    const { code, out, err } = await convert("--to", to, ...files);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(`# Converted by slowburn convert, from ${files[0]}.\n`);
    expect(out).toContain(head);
    const documents = parseAllDocuments(out);
    expect(documents.map(({ errors }) => errors)).toEqual([[], []]);
  });

  it("leaves out what the format has no words for, says why, and exits with 1", async () => {
    const file = write("a.yaml", sloth("shop") + WINDOWS);
    const { code, out, err } = await convert("--to", "native", file);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(
      "a.yaml:4:1 error not-convertible: shop/availability: a burn rate of 0.3",
    );
  });

  it("converts what is sound beside a file that is not", async () => {
    const broken = write("broken.yaml", "version: prometheus/v1\n");
    const { code, out } = await convert("--to", "native", broken, write("a.yaml", sloth("shop")));
    expect(code).toBe(1);
    expect(out).toContain("service: shop");
  });

  it("--out writes a file a service, and none where one is there, without --force", async () => {
    const files = [write("a.yaml", sloth("Cart")), write("b.yaml", sloth("cart"))];
    const out = join(dir, "out/rules");
    const args = ["--to", "native", "--out", out, ...files];
    const said = `wrote ${out}/Cart.yaml (1 SLO)\nwrote ${out}/cart-2.yaml (1 SLO)\n`;
    expect(await convert(...args)).toMatchObject({ code: 0, out: said });
    expect(readFileSync(join(out, "Cart.yaml"), "utf8")).toContain("service: Cart");

    rmSync(join(out, "Cart.yaml"));
    const refused = await convert(...args);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain(`${out}/cart-2.yaml would be overwritten: --force does it`);
    expect(existsSync(join(out, "Cart.yaml"))).toBe(false);
    expect(await convert(...args, "--force")).toMatchObject({ code: 0, out: said });
  });

  it("that cannot write ends with 2", async () => {
    const file = write("a.yaml", sloth("shop"));
    expect(await convert("--to", "native", "--out", join(file, "x"), file)).toMatchObject({
      code: 2,
    });
    expect(await convert("--to", "pyrra", file)).toMatchObject({ code: 2 });
    expect(await convert(file)).toMatchObject({ code: 2 });
  });
});
