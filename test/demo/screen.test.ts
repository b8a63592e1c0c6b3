/** What the demo draws: it fits the terminal, and no line breaks inside a word. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createApi, type AlertListAnswer, type SloListAnswer } from "../../src/api/index.ts";
import { renderFrame, wrap, type Frame } from "../../src/demo/screen.ts";
import { readRuleFile } from "../../src/rules/index.ts";
import { world } from "../api/world.ts";

const app = createApi(world().sources, { bearerTokens: [] });
const ask = async <T>(path: string): Promise<T> => (await (await app.request(path)).json()) as T;
const EVENT =
  "41 s  page firing: shop/checkout-availability is burning its error budget 35x too fast (30s): " +
  "35 % of events are bad, the 10m budget is gone: 120 % of it is spent.";

async function frame(size: Frame["size"]): Promise<string> {
  const { slos } = await ask<SloListAnswer>("/api/v1/slos");
  const { alerts } = await ask<AlertListAnswer>("/api/v1/alerts");
  const events = Array.from({ length: 12 }, (_, i) => `${i} ${EVENT}`);
  const times = { elapsedSeconds: 41, totalSeconds: 170, phase: "INCIDENT" };
  return renderFrame({ ...times, slos, alerts, events, size }, false);
}

describe("a frame", () => {
  it("on a pipe is whole: every column, the last eight events on a line each", async () => {
    const lines = (await frame(undefined)).split("\n");
    expect(lines[3]).toMatch(/^SLO +objective +SLI +budget left +burn 30s +burn 5s +page$/);
    expect(lines.filter((line) => line.endsWith("is spent."))).toHaveLength(8);
  });

  it.each([
    [200, 50],
    [80, 24],
    [80, 12],
    [76, 40],
  ])("fits a terminal of %i x %i", async (columns, rows) => {
    const lines = (await frame({ columns, rows })).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines[3]).toMatch(/budget left +burn 30s +burn 5s +page$/);
  });
});

describe("wrap", () => {
  it.each<[text: string, columns: number, lines: string[]]>([
    ["a line that fits", 16, ["a line that fits"]],
    ["a line that does not", 16, ["a line that does", "    not"]],
    ["  keeps its indent", 10, ["  keeps", "    its", "    indent"]],
    ["a/word/that/is/longer than all", 10, ["a/word/that/is/longer", "    than", "    all"]],
    ["no end", Infinity, ["no end"]],
  ])("%j to %i", (text, columns, lines) => {
    expect(wrap(text, columns)).toEqual(lines);
  });
});

it("every SLO of the demo has the lookbacks that the screen shows", () => {
  for (const name of ["shop", "platform"]) {
    const file = `src/demo/rules/${name}.yaml`;
    const { slos, problems } = readRuleFile(
      { file, text: readFileSync(file, "utf8") },
      { bucketMs: 1000 },
    );
    expect(problems).toEqual([]);
    for (const { id, alerts } of slos) {
      const lookbacks = alerts.tiers.flatMap(({ longMs, shortMs }) => [longMs, shortMs]);
      expect(lookbacks, id).toEqual(expect.arrayContaining([30_000, 5_000]));
    }
  }
});
