import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { EVENTS } from "../../src/telemetry/index.ts";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.startsWith("telemetry/"))
  .map((file) => readFileSync(`src/${file}`, "utf8"))
  .join("\n");

it("events are named `<part>.<what happened>` and explained in a sentence", () => {
  for (const [name, meaning] of Object.entries(EVENTS)) {
    expect(name).toMatch(/^[a-z]+\.[a-z]+$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  }
});

it("no log line is of an event that is not listed", () => {
  const used = [...sources.matchAll(/\blog\.(?:debug|info|warn|error)\("([^"]+)"/g)].map(
    ([, name]) => name!,
  );
  expect(used.length).toBeGreaterThan(3);
  for (const name of used) expect(Object.keys(EVENTS)).toContain(name);
});

it("no event is listed that nothing writes", () => {
  const written = (name: string) =>
    sources.includes(`"${name}"`) || sources.includes(`\`${name.split(".")[0]}.\${`);
  expect(Object.keys(EVENTS).filter((name) => !written(name))).toEqual([]);
});
