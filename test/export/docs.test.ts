import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { metricsTables } from "../../src/export/docs.ts";
import { LABELS, METRICS, type Metric } from "../../src/export/index.ts";

const README = fileURLToPath(new URL("../../src/export/README.md", import.meta.url));
const TABLES = /(<!-- metrics: made by docs\.ts -->\n)[^]*(<!-- \/metrics -->)/;

test("the README's tables are those of names.ts (rewrite them with `npx vitest run test/export -u`)", async () => {
  const readme = await readFile(README, "utf8");
  expect(readme).toMatch(TABLES);
  const made = readme.replace(
    TABLES,
    (_all, open, close) => `${open}\n${metricsTables()}\n\n${close}`,
  );
  const options = { ...(await resolveConfig(README)), parser: "markdown" };
  await expect(await format(made, options)).toMatchFileSnapshot(README);
});

const metrics: readonly Metric[] = Object.values(METRICS);

test.each(metrics.map((metric) => [metric.name, metric] as const))(
  "%s is named by the rules",
  (name, metric) => {
    expect(name).toMatch(/^slowburn_[a-z_]+$/);
    expect(name.endsWith("_total")).toBe(metric.type === "counter");
    expect(name.endsWith("_info")).toBe(metric.type === "info");
    if (metric.unit !== undefined) expect(name.endsWith(`_${metric.unit}`)).toBe(true);
    for (const unit of ["ratio", "seconds"])
      if (name.endsWith(`_${unit}`)) expect(metric.unit).toBe(unit);
    for (const label of metric.labels ?? []) expect(LABELS).toHaveProperty(label);
    expect(metric.help).toMatch(/\.$/);
  },
);

test("no name is used twice", () => {
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
});
