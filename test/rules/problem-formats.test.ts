/** Problems as GitHub and code scanners read them. */
import { describe, expect, test } from "vitest";
import { githubProblems, sarifProblems } from "../../src/rules/index.ts";
import type { Problem } from "../../src/slo/index.ts";

const PROBLEM: Problem = {
  code: "objective-sign",
  severity: "error",
  message: "0.999 could mean 99.9% or 0.999%",
  hint: "write 99.9%",
  file: "rules/checkout.yaml",
  line: 14,
  column: 16,
  path: "slos.availability.objective",
};

describe("GitHub", () => {
  test("shows each problem at its place", () => {
    const { hint: _, line: __, column: ___, ...bare } = PROBLEM;
    expect(githubProblems([PROBLEM, { ...bare, severity: "warning" }])).toBe(
      "::error file=rules/checkout.yaml,line=14,col=16,title=objective-sign::0.999 could mean 99.9%25 or 0.999%25 (hint: write 99.9%25)\n" +
        "::warning file=rules/checkout.yaml,title=objective-sign::0.999 could mean 99.9%25 or 0.999%25\n",
    );
  });

  test("takes no command from a file's text or name", () => {
    const hostile: Problem = {
      code: "unknown-key",
      severity: "error",
      message: "no field `a\n::set-output name=x::y`",
      file: "a,line=1::b\r\n.yaml",
      path: "",
    };
    const text = githubProblems([hostile]);
    expect(text.split("\n")).toHaveLength(2);
    expect(text).toBe(
      "::error file=a%2Cline=1%3A%3Ab%0D%0A.yaml,title=unknown-key::no field `a%0A::set-output name=x::y`\n",
    );
  });
});

describe("SARIF", () => {
  test("has a rule for each code and a result for each problem", () => {
    const log = sarifProblems([PROBLEM, { ...PROBLEM, line: 20, file: "rules/a b.yaml" }], "1.2.3");
    expect(log).toMatchObject({
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: {
              name: "slowburn",
              version: "1.2.3",
              rules: [
                {
                  id: "objective-sign",
                  shortDescription: {
                    text: "An objective without its percent sign: it could mean two things.",
                  },
                },
              ],
            },
          },
          results: [
            {
              ruleId: "objective-sign",
              ruleIndex: 0,
              level: "error",
              message: { text: "0.999 could mean 99.9% or 0.999% (hint: write 99.9%)" },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: "rules/checkout.yaml" },
                    region: { startLine: 14, startColumn: 16 },
                  },
                },
              ],
            },
            {
              locations: [{ physicalLocation: { artifactLocation: { uri: "rules/a%20b.yaml" } } }],
            },
          ],
        },
      ],
    });
  });

  test("gives a problem the same fingerprint wherever its line moves", () => {
    const fingerprints = (problem: Problem): unknown => {
      const { runs } = sarifProblems([problem], "1") as {
        runs: { results: { partialFingerprints: unknown }[] }[];
      };
      return runs[0]?.results[0]?.partialFingerprints;
    };
    expect(fingerprints({ ...PROBLEM, line: 99 })).toEqual(fingerprints(PROBLEM));
    expect(fingerprints({ ...PROBLEM, path: "slos.other.objective" })).not.toEqual(
      fingerprints(PROBLEM),
    );
  });
});
