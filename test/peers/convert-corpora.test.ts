/** Every SLO of the published corpora comes back as it was from both formats that `convert` writes. Prints how many. */
import { readdirSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { CONVERT_TARGETS } from "../../src/convert/index.ts";
import { readRuleFile } from "../../src/rules/index.ts";
import { compared, roundTrip } from "../convert/round-trip.ts";
import { corpus, corpusText, describeCorpora } from "./corpora.ts";

const rows: string[] = [];
afterAll(() => console.log(`\n${rows.join("\n")}\n`));

describeCorpora("corpora", () => {
  const files = ["sloth", "pyrra", "openslo"].flatMap((name) =>
    readdirSync(corpus(name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(corpus().length + 1))
      .filter((path) => !path.startsWith("sloth/generated/"))
      .toSorted(),
  );

  for (const target of CONVERT_TARGETS)
    test(`are the same after they were converted to ${target}`, () => {
      const counts = new Map<string, number>();
      for (const file of files) {
        const { slos } = readRuleFile({ file, text: corpusText(file) });
        const { pairs, refused, texts } = roundTrip(slos, target);
        expect(refused, file).toEqual([]);
        for (const { before, after } of pairs)
          expect(compared(after), texts.join("---\n")).toEqual(compared(before));
        const [name = ""] = file.split("/");
        counts.set(name, (counts.get(name) ?? 0) + pairs.length);
      }
      for (const [name, count] of counts) {
        expect(count, name).toBeGreaterThan(0);
        rows.push(`${target.padEnd(8)} ${name.padEnd(8)} ${count} SLOs came back as they were`);
      }
    });
});
