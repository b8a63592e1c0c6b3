/** Every SLO that the tests of the readers and the shipped rules have comes back as it was, from both formats. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CONVERT_TARGETS } from "../../src/convert/index.ts";
import { readRuleFile } from "../../src/rules/index.ts";
import type { Slo } from "../../src/slo/index.ts";
import { compared, roundTrip } from "./round-trip.ts";

const FORMATS = ["", "openslo/", "pyrra/", "sloth/"];
const FOLDERS = ["rules", "src/demo/rules", ...FORMATS.map((name) => `test/rules/${name}cases`)];
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

describe.each(CONVERT_TARGETS)("converted to %s", (target) => {
  it.each(filled)("%s comes back", (file) => {
    const slos = slosOf(file);
    const { pairs, refused, texts } = roundTrip(slos, target);
    expect(refused).toEqual(REFUSED[file] ?? []);
    expect(pairs.length + refused.length).toBe(slos.length);
    for (const { before, after } of pairs)
      expect(compared(after), texts.join("---\n")).toEqual(compared(before));
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
