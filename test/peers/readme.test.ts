/** What README.md shows and only other programs can judge: Prometheus, Alertmanager; and the demo, for its minute. */
import { afterAll, expect, test } from "vitest";
import { BLOCKS, type Block } from "../readme/blocks.ts";
import { Sandbox } from "../readme/sandbox.ts";
import { runTool } from "./tool.ts";

const left = new Set(BLOCKS.filter(({ kind }) => kind === "peers"));
const sandbox = await Sandbox.create();

function take(what: RegExp): Block {
  const block = [...left].find(({ code }) => what.test(code));
  if (block === undefined) throw new Error(`README.md shows no ${what.source}`);
  left.delete(block);
  return block;
}

afterAll(() => expect([...left], "blocks for peers that no test took").toEqual([]));

test("Prometheus takes the scrape configuration", () => {
  const file = sandbox.write("prometheus.yml", take(/^scrape_configs:/m).code);
  expect(runTool("promtool", ["check", "config", file]).text).toContain("SUCCESS");
});

test("Alertmanager takes the route", () => {
  const file = sandbox.write("alertmanager.yml", take(/^route:/m).code);
  expect(runTool("amtool", ["check-config", file]).text).toContain("SUCCESS");
});

test("Prometheus takes what `slowburn dashboards` writes", async () => {
  const { exitCode, err } = await sandbox.run("npx slowburn dashboards --out ./monitoring");
  expect({ exitCode, err }).toMatchObject({ exitCode: 0 });
  const config = `${sandbox.directory}/monitoring/prometheus/prometheus.yml`;
  expect(runTool("promtool", ["check", "config", config]).text).toContain("SUCCESS");
});

test("the demo pages, and the page resolves", async () => {
  const { exitCode, out } = await sandbox.run(take(/^npm run demo/m).code, 120_000);
  expect(out).toMatch(/page pending/);
  expect(out).toMatch(/page firing/);
  expect(out).toMatch(/page resolved/);
  expect(exitCode).toBe(0);
});
