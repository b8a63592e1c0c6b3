import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { INSTRUMENTS } from "../../src/telemetry/index.ts";
import { prometheusName } from "../../src/slo/index.ts";

const readme = readFileSync("src/telemetry/README.md", "utf8");

it("the README's table has every instrument with its unit and its name in /metrics, and no other", () => {
  const rows = [
    ...readme.matchAll(
      /^\| `(slowburn\.[\w.]+)`\s+\| (\w+)\s+\| `([^`]+)`\s+\|.*\| `(\w+)`\s+\|$/gm,
    ),
  ];
  const listed = rows.map(([, name, kind, unit, shown]) => ({ name, kind, unit, shown }));
  const expected = Object.values(INSTRUMENTS).map(({ name, unit }) => {
    const kind = listed.find((row) => row.name === name)?.kind ?? "missing";
    const shape = kind as "counter" | "gauge" | "histogram";
    return { name, kind, unit, shown: prometheusName(name, unit, shape) };
  });
  expect(listed).toEqual(expected);
});

it("rules/slowburn.yaml selects instruments that exist", () => {
  const rules = readFileSync("rules/slowburn.yaml", "utf8");
  const metrics = [...rules.matchAll(/metric: (\S+)/g)].map(([, name]) => name);
  const known: string[] = Object.values(INSTRUMENTS).map(({ name }) => name);
  expect(metrics.length).toBeGreaterThan(1);
  for (const metric of metrics) expect(known).toContain(metric);
});
