/**
 * Every SLO of the corpora, compiled for every target in every wrapper: promtool takes the rules, and no two have one name
 * and equal labels. Prints how many.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { compileRules, RULE_TARGETS, RULE_WRAPPERS, ruleFileText } from "../../src/export/index.ts";
import { readRuleFile, readRuleFiles } from "../../src/rules/index.ts";
import type { Problem, Slo } from "../../src/slo/index.ts";
import { corpus, describeCorpora } from "./corpora.ts";
import { runTool } from "./tool.ts";

interface RuleFile {
  readonly groups?: readonly Record<string, unknown>[];
  readonly spec?: { readonly groups: readonly Record<string, unknown>[] };
}

/** Groups alone, without the field that only Thanos reads. */
function plainGroups(text: string): string {
  const file = parse(text) as RuleFile;
  const groups = (file.groups ?? file.spec?.groups ?? []).map(
    ({ partial_response_strategy: _ofThanos, ...group }) => group,
  );
  return stringify({ groups });
}

describeCorpora("compiled rules", () => {
  const folders = ["sloth", "pyrra", "openslo"].map((name) => [name, corpus(name)] as const);
  const own = [
    ["native", "rules"],
    ["OpenSLO", "test/rules/openslo/cases"],
  ] as const;
  const sources = [...folders, ...own].map(([name, folder]) => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (file) =>
        /\.ya?ml$/.test(file) &&
        !file.startsWith("generated") &&
        (name !== "OpenSLO" || file === "right.yaml"),
    );
    const texts = files.map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));
    const isFolder = name === "native"; // whose files name one another's templates
    const readings = isFolder ? readRuleFiles(texts) : texts.map((text) => readRuleFile(text));
    return [name, readings.flatMap(({ slos }) => slos)] as const;
  });

  let dir = "";
  beforeAll(() => (dir = mkdtempSync(join(tmpdir(), "slowburn-compiled-"))));
  afterAll(() => rmSync(dir, { recursive: true }));
  const rows: string[] = [];
  afterAll(() => console.log(`\n${rows.join("\n")}\n`));

  const refusals = (problems: readonly Problem[]) =>
    problems.filter(({ severity }) => severity === "error").map(({ message }) => message);

  function check(slos: readonly Slo[], isSlothCompatible: boolean): number {
    const isOfSloth = slos.some(({ source }) => source.format === "sloth");
    const { groups } = compileRules(slos, { isSlothCompatible, version: "test" });
    let ruleCount = 0;
    for (const target of RULE_TARGETS)
      for (const wrapper of RULE_WRAPPERS) {
        const file = join(dir, "rules.yaml");
        writeFileSync(file, plainGroups(ruleFileText(groups, { target, wrapper })));
        const { exitCode, text } = runTool("promtool", [
          "check",
          "rules",
          // Sloth's labels of an alert do not say whose it is: those of its series do (`sloth_id`), which promtool does not see.
          `--lint=${isOfSloth ? "none" : "duplicate-rules"}`,
          "--lint-fatal",
          file,
        ]);
        expect(exitCode, `${target} ${wrapper}: ${text}`).toBe(0);
        ruleCount = Number(/SUCCESS: (\d+) rules found/.exec(text)?.[1]);
        expect(ruleCount).toBe(groups.flatMap(({ rules }) => rules).length);
      }
    return ruleCount;
  }

  test.each([
    ["15m", 24, 26],
    ["2m", 11, 13],
  ])("alert on data that is absent for %s", (after, quietMinute, firingMinute) => {
    const text = `apiVersion: slowburn/v1
service: s
slos:
  a: { objective: 99%, sli: { promql: { bad: "sum(rate(e[{{.window}}]))", total: "sum(rate(m{job=\\"j\\"}[{{.window}}]))" } }, alerts: { absent: ${after}, page: off, ticket: off } }
`;
    const { slos, problems } = readRuleFile({ file: "a.yaml", text });
    expect(problems).toEqual([]);
    const { groups } = compileRules(slos, { isSlothCompatible: false, version: "test" });
    const settings = { target: "prom2.42", wrapper: "plain" } as const;
    writeFileSync(join(dir, "absent.yaml"), ruleFileText(groups, settings));
    const alertAt = (minute: number, alerts: readonly object[]) => ({
      eval_time: `${minute}m`,
      alertname: "SlowburnDataAbsent",
      exp_alerts: alerts,
    });
    const exp_labels = {
      severity: "page",
      slo: "s/a",
      service: "s",
      sloth_severity: "page",
      job: "j",
    };
    const exp_annotations = { summary: `No data of s/a for ${after}` };
    const script = {
      rule_files: ["absent.yaml"],
      tests: [
        {
          interval: "1m",
          // The last sample is of the tenth minute.
          input_series: [{ series: 'm{job="j"}', values: "0+60x10" }],
          alert_rule_test: [
            alertAt(quietMinute, []),
            alertAt(firingMinute, [{ exp_labels, exp_annotations }]),
          ],
        },
      ],
    };
    writeFileSync(join(dir, "absent-test.yaml"), stringify(script));
    const { exitCode, text: said } = runTool("promtool", [
      "test",
      "rules",
      join(dir, "absent-test.yaml"),
    ]);
    expect(exitCode, said).toBe(0);
  });

  test.each(sources)("of %s are Prometheus' own form", (name, slos) => {
    expect(slos.length).toBeGreaterThan(0);
    const { problems } = compileRules(slos, { isSlothCompatible: false, version: "test" });
    const counts = [check(slos, false), check(slos, true)];
    const refused = refusals(problems);
    rows.push(
      `${name.padEnd(8)} ${slos.length} SLOs, ${refused.length} refused; ${counts.join(" and, as Sloth has them, ")} rules`,
      ...refused.map((message) => `         ${message}`),
    );
    expect(
      refused.filter(
        (message) =>
          !/calendar windows|is that of|would take a subquery|depends on its unit/.test(message),
      ),
    ).toEqual([]);
  });
});
