/**
 * What becomes of each file of the published corpora: accepted or refused, with the reason. Everything loads but what is
 * invalid on purpose. The table: `npx vitest run --config vitest.peers.config.ts test/peers/corpora-verdicts.test.ts`.
 */
import { readdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readRuleFile } from "../../src/rules/index.ts";
import { corpus, corpusText, describeCorpora } from "./corpora.ts";

/** What is no SLO file, though it lies among them. */
const isOther = (file: string): boolean =>
  file.startsWith("sloth/generated/") || basename(file) === "crd.yaml";

/** Files that are invalid on purpose, and why: oslo, OpenSLO's own validator, refuses them for the same reasons. */
const INVALID: Readonly<Record<string, string>> = {
  "openslo/validate/invalid-apiversion.yaml": "unknown-format",
  "openslo/validate/unknown-field.yaml": "unknown-key",
  "openslo/validate/v1.yaml": "invalid-name",
  "openslo/validate/v1alpha.yaml": "missing-field",
  "openslo/validate/v2alpha.yaml": "invalid-name",
};

describeCorpora("corpora", () => {
  const rows: string[] = [];
  afterAll(() => console.log(`\n${rows.join("\n")}\n`));

  test.each(["sloth", "pyrra", "openslo"])("%s", (name) => {
    const files = readdirSync(corpus(name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:ya?ml|json)$/.test(entry.name))
      .map((entry) => relative(corpus(), join(entry.parentPath, entry.name)))
      .filter((file) => !isOther(file))
      .toSorted();
    const refused: string[] = [];
    let [sloCount, elsewhere] = [0, 0];
    for (const file of files) {
      const { slos, problems } = readRuleFile({ file, text: corpusText(file) });
      const errors = problems.filter(({ severity }) => severity === "error");
      const [error] = errors;
      if (error === undefined) {
        const systems = problems.filter(({ code }) => code === "unsupported-source");
        elsewhere += systems.length;
        sloCount += slos.length;
        const why = systems.length > 0 ? `; ${systems[0]?.message ?? ""}` : "";
        rows.push(`accepted ${file.padEnd(68)} ${slos.length} SLOs${why}`);
        continue;
      }
      refused.push(file);
      rows.push(`refused  ${file.padEnd(68)} line ${error.line}, ${error.code}: ${error.message}`);
      expect(
        errors.map(({ code }) => code),
        file,
      ).toContain(INVALID[file]);
    }
    const accepted = files.length - refused.length;
    rows.push(
      `${name}: ${accepted} of ${files.length} files accepted, ${refused.length} refused; ${sloCount} SLOs run, ${elsewhere} sources of other systems\n`,
    );
    expect(refused).toEqual(Object.keys(INVALID).filter((file) => file.startsWith(`${name}/`)));
  });
});
