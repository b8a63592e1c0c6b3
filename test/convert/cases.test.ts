/** Every SLO that the tests of the readers and the shipped rules have comes back as it was, from both formats. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CONVERT_TARGETS } from "../../src/convert/index.ts";
import { readRuleFile, readRuleFiles } from "../../src/rules/index.ts";
import type { Slo } from "../../src/slo/index.ts";
import { compared, roundTrip } from "./round-trip.ts";

const FORMATS = ["", "openslo/", "pyrra/", "sloth/"];
const FOLDERS = ["src/demo/rules", ...FORMATS.map((name) => `test/rules/${name}cases`)];
const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => `${folder}/${name}`),
);

/** Those that stand first of their name: a second one is refused before it gets here. */
function slosOf(file: string): readonly Slo[] {
  const { slos } = readRuleFile({ file, text: readFileSync(file, "utf8") });
  return slos.filter(({ id }, index) => slos.findIndex((slo) => slo.id === id) === index);
}

const filled = files.filter((file) => slosOf(file).length > 0);

/** What its own tool takes, and a native file and its annotation are refused. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "test/rules/openslo/cases/alerts.yaml": [
    "s/warned: a burn rate of 0.5 is within the budget: the alert would fire all the time",
  ],
};

const shipped = ["rules", "rules/templates"].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => ({
      file: `${folder}/${name}`,
      text: readFileSync(`${folder}/${name}`, "utf8"),
    })),
);

/** What native files can say of alerts and the cases of the readers do not. */
const ALERTS: Readonly<Record<string, string>> = {
  "several lookbacks":
    "alerts: { tiers: [{ severity: page, factor: 10, lookbacks: [1h, 30m, 5m] }] }",
  "lookbacks any of which is enough":
    "alerts: { tiers: [{ severity: page, factor: 10, lookbacks: [6h, 1h, 5m], match: any, for: 2m }] }",
  "alerts on absent data alone":
    "alerts: { absent: { after: 1h, severity: ticket }, page: off, ticket: off }",
  "alerts on absent data beside tiers":
    "alerts: { absent: 10m, tiers: [{ severity: page, factor: 10, long: 1h, short: 5m }] }",
  "what alerts are called and say":
    "alerts: { absent: 10m }, alerting: { name: N, labels: { team: t, severity: critical, job: j }, annotations: { a: b }, page: { labels: { c: d } }, ticket: { annotations: { e: f } }, absent: { name: Gone, severity: warning, labels: { route: night } } }",
};

describe.each(CONVERT_TARGETS)("converted to %s", (target) => {
  it.each(filled)("%s comes back", (file) => {
    const slos = slosOf(file);
    const { pairs, refused, texts } = roundTrip(slos, target);
    expect(refused).toEqual(REFUSED[file] ?? []);
    expect(pairs.length + refused.length).toBe(slos.length);
    for (const { before, after } of pairs)
      expect(compared(after), texts.join("---\n")).toEqual(compared(before));
  });

  it("SLOs of the shipped templates come back, and say what they were made of", () => {
    const slos = readRuleFiles(shipped).flatMap((reading) => reading.slos);
    const { pairs, refused, texts } = roundTrip(slos, target);
    expect(refused).toEqual([]);
    expect(pairs.length).toBeGreaterThan(30);
    for (const { before, after } of pairs) expect(compared(after)).toEqual(compared(before));
    expect(texts.join("")).toMatch(
      /# From rules\/functions.yaml:\d+, written out of function@1\/\S+ \(rules\/templates\/faas.yaml:\d+\)/,
    );
  });

  it.each(Object.entries(ALERTS))("%s are kept", (_, alerts) => {
    const text = `apiVersion: slowburn/v1
service: s
slos:
  a: { objective: 99.9%, sli: { metric: m, bad: { e: 1 } }, ${alerts} }
`;
    const { slos, problems } = readRuleFile({ file: "a.yaml", text });
    expect(problems).toEqual([]);
    const { pairs, refused, texts } = roundTrip(slos, target);
    expect(refused).toEqual([]);
    for (const { before, after } of pairs) expect(compared(after)).toEqual(compared(before));
    if (alerts.includes("match: any")) expect(texts.join("")).toContain("match: any");
  });

  it("a file of each format looks as in golden/", async () => {
    const slos = FORMATS.flatMap((name) => slosOf(`test/rules/${name}cases/right.yaml`));
    const { texts } = roundTrip(slos, target);
    await expect(texts.join("---\n")).toMatchFileSnapshot(`golden/${target}.yaml`);
  });
});

it("is stable: what was converted converts to itself, but for where it is from", () => {
  const withoutPlaces = (text: string) => text.replaceAll(/^\s*# .*$/gm, "");
  for (const file of filled) {
    const { texts } = roundTrip(slosOf(file), "native");
    const again = texts.flatMap((text) => {
      const { slos } = readRuleFile({ file: "again.yaml", text });
      return roundTrip(slos, "native").texts;
    });
    expect(again.map(withoutPlaces)).toEqual(texts.map(withoutPlaces));
  }
});
