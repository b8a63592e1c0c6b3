/** Exclusions of texts that are read beside one another without a directory: what a plan sends, and files that are named. */
import { expect, test } from "vitest";
import { readRuleFiles, readRuleTexts, withExclusions } from "../../src/rules/index.ts";

const SETTINGS = { bucketMs: 10_000 };
const SOURCES = [
  {
    file: "shop.yaml",
    text: "apiVersion: slowburn/v1\nservice: shop\nslos: { x: { objective: 99%, sli: { metric: m, bad: { e: 1 } } } }\n",
  },
  {
    file: "maintenance.yaml",
    text: "apiVersion: slowburn/v1\nexclude: [{ match: { service: shop }, reason: Upgrade, from: 2026-03-01T02:00:00Z, to: 2026-03-01T04:00:00Z }]\n",
  },
];
const upgrade = [{ exclusions: [{ reason: "Upgrade", source: { file: "maintenance.yaml" } }] }];

test("texts of a plan are those of the SLOs that they match", () => {
  const { slos, problems } = readRuleTexts(SOURCES, SETTINGS);
  expect(problems).toEqual([]);
  expect(slos).toMatchObject(upgrade);
});

test("files that are named together are too", () => {
  const readings = readRuleFiles(SOURCES, SETTINGS);
  const slos = readings.flatMap((reading) => reading.slos);
  const exclusions = readings.flatMap((reading) => reading.exclusions);
  expect(withExclusions(slos, exclusions)).toMatchObject(upgrade);
});
