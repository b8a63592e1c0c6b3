/** Text that is made to hurt: a diagnostic in bounded time, never a throw, never a changed prototype. */
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  listRuleFiles,
  loadRules,
  readRuleFile,
  readRuleText,
  readYaml,
} from "../../src/rules/index.ts";

const codesOf = (text: string) => [
  ...new Set(readRuleFile({ file: "x.yaml", text }).problems.map(({ code }) => code)),
];
const aliasBomb = `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join("")}`;

const rows: readonly [name: string, text: string, code: string][] = [
  ["an alias bomb", aliasBomb, "yaml-alias"],
  ["more than 50 aliases", `a: &a 1\nb: [${"*a, ".repeat(51)}]`, "yaml-alias"],
  ["an alias to itself", "a: &a [*a]", "yaml-alias"],
  ["an alias to what holds it", "a: &a { b: { c: [*a] } }", "yaml-alias"],
  ["two aliases to one another", "a: &a { b: &b { c: *a, d: *b } }", "yaml-alias"],
  ["flow nesting", `a: ${"[".repeat(20_000)}`, "yaml-depth"],
  ["closed flow nesting", `${"[".repeat(65)}${"]".repeat(65)}`, "yaml-depth"],
  ["mapping nesting", `${"{a: ".repeat(20_000)}`, "yaml-depth"],
  ["block nesting on one line", `${"- ".repeat(20_000)}x`, "yaml-depth"],
  ["complex key nesting", `${"? ".repeat(20_000)}x`, "yaml-depth"],
  [
    "indented nesting",
    Array.from({ length: 70 }, (_, i) => `${" ".repeat(i)}a:\n`).join(""),
    "yaml-depth",
  ],
  ["1 MiB and a byte", `# ${"x".repeat(1024 * 1024 - 1)}`, "file-too-large"],
  ["1 MiB in bytes of fewer characters", `# ${"é".repeat(600_000)}`, "file-too-large"],
  ["a list of very many", "- a\n".repeat(200_000), "yaml-size"],
  ["very many documents", "--- 1\n".repeat(2_000), "yaml-size"],
  ["a NUL", "a: \0", "file-not-text"],
  ["an escape sequence", "a: \u001b[31m", "file-not-text"],
  ["a prototype", "__proto__: { polluted: yes }", "forbidden-key"],
  ["a constructor, deep", "a: [{ constructor: { prototype: x } }]", "forbidden-key"],
];

describe("hostile text", () => {
  it.each(rows)("%s is refused in time", (_, text, code) => {
    const startedAt = performance.now();
    expect(codesOf(text)).toEqual([code]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  /** References lead from SLO to SLI to data source, and from policy to condition: no field is there for a circle. */
  it.each([
    ["SLI", "indicatorRef"],
    ["AlertPolicy", "alertPolicyRef"],
    ["AlertCondition", "conditionRef"],
    ["DataSource", "metricSourceRef"],
  ])("%s cannot refer to itself", (kind, field) => {
    const object = {
      apiVersion: "openslo/v1",
      kind,
      metadata: { name: "a" },
      spec: { [field]: "a" },
    };
    expect(codesOf(JSON.stringify(object))).toContain("unknown-key");
  });

  it("64 levels are read", () => {
    expect(readYaml({ file: "x", text: `${"[".repeat(62)}${"]".repeat(62)}` }).problems).toEqual(
      [],
    );
  });

  it("50 000 keys are checked for twins in linear time", () => {
    const keys = Array.from({ length: 50_000 }, (_, i) => `k${i}: 1\n`).join("");
    const startedAt = performance.now();
    expect(readYaml({ file: "x", text: keys }).problems).toEqual([]);
    expect(readYaml({ file: "x", text: `${keys}k7: 2\n` }).problems).toMatchObject([
      { code: "duplicate-key", line: 50_001, column: 1 },
    ]);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  it("no prototype is touched", () => {
    readRuleFile({
      file: "x",
      text: '{"__proto__": {"polluted": 1}, "a": {"__proto__": {"polluted": 1}}}',
    });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("a thousand faults are listed up to a hundred, and counted", () => {
    const text = `apiVersion: slowburn/v1\nservice: a\n${Array.from({ length: 1_000 }, (_, i) => `x${i}: 1\n`).join("")}`;
    const { problems } = readRuleFile({ file: "x", text });
    expect(problems).toHaveLength(100);
    expect(problems.at(-1)?.message).toMatch(/and \d{3} more problems/);
  });
});

describe("what is put where rules run is told of, and the rules run on as they were", () => {
  const good = (service: string) =>
    `apiVersion: slowburn/v1\nservice: ${service}\nslos:\n  a: { objective: 99%, sli: { metric: m, bad: { e: 1 } } }\n`;
  const settings = { bucketMs: 10_000, now: () => 1 };
  const inFolder = (act: (directory: string) => void) => {
    const directory = mkdtempSync(join(tmpdir(), "slowburn-hostile-"));
    try {
      act(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

  it.each<readonly [name: string, text: string, code: string]>([
    ...rows,
    ["a tab that indents", "slos:\n\ta: 1\n", "yaml-tab"],
    ["the same key twice", `${good("shop")}service: b\n`, "duplicate-key"],
    ["an alias without its anchor", "a: *b", "yaml-alias"],
    ["a version that is not known", good("shop").replace("v1", "v9"), "unknown-format"],
    ["an SLO of another file", good("other"), "duplicate-slo"],
    ["an objective without its sign", good("shop").replace("99%", "0.99"), "objective-sign"],
    ["an objective of all", good("shop").replace("99%", "100%"), "objective-range"],
  ])("%s", (_name, text, code) => {
    inFolder((directory) => {
      writeFileSync(join(directory, "shop.yaml"), good("shop"));
      writeFileSync(join(directory, "other.yaml"), good("other"));
      const before = loadRules(directory, settings);
      writeFileSync(join(directory, "shop.yaml"), text);
      writeFileSync(join(directory, "new.yaml"), text);
      const after = loadRules(directory, { ...settings, previous: before });
      expect(after.slos).toEqual(before.slos);
      expect(after.slos.map(({ id }) => id)).toEqual(["other/a", "shop/a"]);
      for (const file of ["shop.yaml", "new.yaml"]) {
        const problems = after.problems.filter((each) => each.file === join(directory, file));
        expect([file, problems.map((each) => each.code)]).toEqual([
          file,
          expect.arrayContaining([code]),
        ]);
      }
    });
  });

  it("a link that leaves the folder, in the place of a file", () => {
    inFolder((directory) => {
      writeFileSync(join(directory, "shop.yaml"), good("shop"));
      const before = loadRules(directory, settings);
      rmSync(join(directory, "shop.yaml"));
      symlinkSync("/etc/passwd", join(directory, "shop.yaml"));
      const after = loadRules(directory, { ...settings, previous: before });
      expect(after.slos).toEqual(before.slos);
      expect(after.problems).toMatchObject([{ code: "file-outside-root" }]);
      expect(JSON.stringify(after)).not.toContain("root:");
    });
  });

  it("a file that vanishes between the listing and the reading is as if it had not been there", () => {
    inFolder((directory) => {
      writeFileSync(join(directory, "shop.yaml"), good("shop"));
      const { files } = listRuleFiles(directory);
      rmSync(join(directory, "shop.yaml"));
      expect(files.map(readRuleText)).toEqual([{ kind: "gone" }]);
    });
  });
});

describe("any text", () => {
  const right = readFileSync("test/rules/cases/right.yaml", "utf8");
  const edit = fc.record({
    at: fc.nat(right.length),
    removed: fc.nat(12),
    added: fc.oneof(
      fc.constantFrom(
        "",
        " ",
        "\n",
        "\t",
        ":",
        "{",
        "}",
        "[",
        "]",
        "&a",
        "*a",
        "- ",
        "? ",
        "null",
        "!!x ",
        "|",
        ">",
        '"',
        "'",
        "#",
        "%",
        "---\n",
        "<<: ",
      ),
      fc.string({ unit: "binary", maxLength: 6 }),
    ),
  });
  const mutate = (
    original: string,
    edits: readonly { at: number; removed: number; added: string }[],
  ) =>
    edits.reduce((text, { at, removed, added }) => {
      const from = at % text.length;
      return text.slice(0, from) + added + text.slice(from + removed);
    }, original);

  it("mutated files never throw; a file without an error yields all its SLOs", () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const text = mutate(right, edits);
        const { slos, problems } = readRuleFile({ file: "x.yaml", text });
        for (const { line, column, message } of problems) {
          expect(message).not.toMatch(/undefined|\[object/);
          expect([line ?? 1, column ?? 1].every((place) => place >= 1)).toBe(true);
        }
        if (problems.some(({ severity }) => severity === "error")) return;
        const document = readYaml({ file: "x.yaml", text }).documents[0]?.value as { slos: object };
        expect(slos).toHaveLength(Object.keys(document.slos).length);
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);

  it.each(["openslo", "pyrra"])(
    "mutated files of %s never throw, and every problem has words",
    (format) => {
      const original = readFileSync(`test/rules/${format}/cases/right.yaml`, "utf8");
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
          const { slos, problems } = readRuleFile({
            file: "x.yaml",
            text: mutate(original, edits),
          });
          for (const { line, column, message, hint = "" } of problems) {
            expect(message + hint).not.toMatch(/undefined|\[object|NaN/);
            expect([line ?? 1, column ?? 1].every((place) => place >= 1)).toBe(true);
          }
          expect(JSON.parse(JSON.stringify(slos))).toEqual(slos);
        }),
        { numRuns: 200 },
      );
    },
  );

  it("any YAML value in any field of any format is a problem, or an SLO that can run", () => {
    const parts: readonly [kind: string, fields: readonly string[]][] = [
      [
        "SLO",
        [
          "service",
          "indicator",
          "indicatorRef",
          "timeWindow",
          "budgetingMethod",
          "objectives",
          "alertPolicies",
        ],
      ],
      ["SLI", ["thresholdMetric", "ratioMetric", "description"]],
      ["AlertPolicy", ["conditions", "notificationTargets", "alertWhenNoData"]],
      ["AlertCondition", ["severity", "condition"]],
      ["DataSource", ["type", "connectionDetails"]],
      ["ServiceLevelObjective", ["target", "window", "indicator", "alerting"]],
    ];
    const metric = { metricSource: { type: "prometheus", spec: { query: "m" } } };
    const specs: Readonly<Record<string, object>> = {
      SLO: {
        service: "s",
        indicator: { spec: { thresholdMetric: metric } },
        timeWindow: [{ duration: "30d" }],
        budgetingMethod: "Occurrences",
        objectives: [{ op: "lt", value: 1, target: 0.9 }],
      },
      SLI: { thresholdMetric: metric },
      AlertPolicy: { conditions: [{ conditionRef: "c" }] },
      AlertCondition: {
        severity: "page",
        condition: { op: "gt", threshold: 2, lookbackWindow: "1h" },
      },
      DataSource: { type: "prometheus" },
      ServiceLevelObjective: {
        target: "99",
        window: "4w",
        indicator: { ratio: { errors: { metric: "a" }, total: { metric: "b" } } },
      },
    };
    const field = fc.constantFrom(
      ...parts.flatMap(([kind, names]) => names.map((name) => [kind, name] as const)),
    );
    fc.assert(
      fc.property(field, fc.jsonValue({ maxDepth: 4 }), ([kind, name], value) => {
        const isPyrra = kind === "ServiceLevelObjective";
        const apiVersion = isPyrra ? "pyrra.dev/v1alpha1" : "openslo/v1";
        const object = {
          apiVersion,
          kind,
          metadata: { name: "a" },
          spec: { ...specs[kind], [name]: value },
        };
        const { slos, problems } = readRuleFile({ file: "x", text: JSON.stringify(object) });
        const isBroken = problems.some(({ severity }) => severity === "error");
        const isSlo = isPyrra || kind === "SLO";
        expect(slos).toHaveLength(isSlo && !isBroken ? 1 : 0);
      }),
      { numRuns: 1_500 },
    );
  });

  it("any YAML value in any field never throws, and is a problem or a sound SLO", () => {
    const whole =
      "objective window sli budgeting noData per groupLimit alerts runbook labels owner".split(" ");
    const calendar = { calendar: "month", timeZone: "UTC" };
    const tier = { severity: "page", factor: 2, long: "1h", short: "5m" };
    const fields: ((value: unknown) => object)[] = [
      ...whole.map((field) => (value: unknown) => ({ [field]: value })),
      ...["calendar", "timeZone", "count", "start"].map((field) => (value: unknown) => ({
        window: { ...calendar, [field]: value },
      })),
      ...["slices", "good", "weigh"].map((field) => (value: unknown) => ({
        budgeting: { slices: "1m", ...(field === "slices" ? { good: "95%" } : {}), [field]: value },
      })),
      ...["above", "equals"].map((field) => (value: unknown) => ({
        sli: { metric: "m", [field]: value },
      })),
      ...Object.keys(tier).map((field) => (value: unknown) => ({
        alerts: { tiers: [{ ...tier, [field]: value }] },
      })),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 3 }), (field, value) => {
        const slo = { objective: "99%", sli: { metric: "m", bad: { e: 1 } }, ...field(value) };
        const text = JSON.stringify({ apiVersion: "slowburn/v1", service: "a", slos: { x: slo } });
        const { slos, problems } = readRuleFile({ file: "x", text });
        const isBroken = problems.some(({ severity }) => severity === "error");
        expect(slos).toHaveLength(isBroken ? 0 : 1);
      }),
      { numRuns: 1_000 },
    );
  });
});
