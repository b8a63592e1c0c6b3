/**
 * `compile --sloth-compatible` against the files that Sloth itself generated of its examples (../shared/corpora/sloth): groups,
 * names, labels, annotations and expressions of every rule, numbers compared as numbers. What differs by design is in BY_DESIGN.
 */
import { readdirSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { compileRules } from "../../src/export/index.ts";
import { readRuleFile } from "../../src/rules/index.ts";
import { corpus, corpusText, describeCorpora } from "./corpora.ts";
import { areSameTokens, tokensOf } from "./promql-tokens.ts";

/** Labels that are not compared, each with the reason. */
const BY_DESIGN: Readonly<Record<string, string>> = {
  cmd: "the label that the command of Sloth's examples adds",
  sloth_version: "says which program made the rules",
  sloth_mode: "says how Sloth was run",
  sloth_spec:
    "Sloth tells its Kubernetes objects and OpenSLO v1alpha apart; here a format has one name",
};

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}
interface Generated {
  readonly groups?: readonly Group[];
  readonly spec?: { readonly groups: readonly Group[] };
}

const generatedGroups = (name: string): readonly Group[] =>
  parseAllDocuments(corpusText("sloth", "generated", name)).flatMap((document) => {
    const file = document.toJS() as Generated | null;
    return file?.groups ?? file?.spec?.groups ?? [];
  });

const compared = ({ expr: _expr, labels, ...rule }: Rule) => ({
  ...rule,
  labels: Object.fromEntries(
    Object.entries(labels).filter(([name]) => !Object.hasOwn(BY_DESIGN, name)),
  ),
});

const rows: string[] = [];
afterAll(() => console.log(`\n${rows.join("\n")}\n`));

describeCorpora("rules of Sloth's examples", () => {
  const names = readdirSync(corpus("sloth", "generated")).toSorted();

  describe.each(names)("%s", (name) => {
    const { slos, problems } = readRuleFile({ file: name, text: corpusText("sloth", name) });
    const { groups: ours, problems: refused } = compileRules(slos, {
      isSlothCompatible: true,
      version: "test",
    });
    const theirs = generatedGroups(name);

    test("loads and compiles", () => {
      expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(refused).toEqual([]);
      expect(theirs.length).toBeGreaterThan(0);
    });

    test("has Sloth's groups, names, labels and annotations", () => {
      const shape = ({ name: group, rules }: Group) => ({ group, rules: rules.map(compared) });
      expect((ours as readonly Group[]).map(shape)).toEqual(theirs.map(shape));
    });

    test("has Sloth's expressions", () => {
      let count = 0;
      for (const group of theirs) {
        const own = ours.find(({ name: own }) => own === group.name);
        for (const [index, rule] of group.rules.entries()) {
          const expr = own?.rules[index]?.expr ?? "";
          const [a, b] = [tokensOf(expr), tokensOf(rule.expr)];
          if (!areSameTokens(a, b))
            expect(a, `${group.name} ${rule.record ?? rule.alert}`).toEqual(b);
          count++;
        }
      }
      const recordings = theirs.flatMap(({ rules }) => rules).filter(({ record }) => record);
      rows.push(
        `${name.padEnd(30)} ${slos.length} SLOs, ${recordings.length} recordings, ${count - recordings.length} alerts: equal`,
      );
    });
  });
});
