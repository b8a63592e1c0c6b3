/** Templates in alerts' texts come to what Prometheus makes of them: the same texts, expanded by promtool. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { expandTemplate } from "../../src/slo/index.ts";
import { runTool } from "./tool.ts";

const TEXTS = [
  "{{$labels.service}} in {{ $labels.zone }}!",
  "{{ .Labels.service }} {{ .Value }}",
  "{{ $value }}",
  "{{ $value | humanize }}",
  "{{ humanizePercentage $value }} of all",
  '{{ printf "%.3f" $value }} {{ printf "%.3g" $value }} {{ printf "%f|" $value | toUpper }}{{ $value | printf "%v" | toUpper }}',
  '{{ printf "%.1f %% of %s" $value "x" }}',
  "{{ $value | printf `%g`  }} {{ $labels.service | toUpper | toLower }}",
];
const VALUES = [
  0, 1, 0.5, 0.0144, 0.12345678, 1e-5, 3.2e-9, 123.456, 1000, 999.99, 54_321, 2.5e7, 1e20, -0.02,
];

describe("promtool", () => {
  it.each(VALUES)("expands the same of %s", (value) => {
    const labels = { service: "shop" };
    const known = TEXTS.map(
      (text) => [text, expandTemplate(text, { labels, value })] as const,
    ).filter(
      ([text, ours]) => text !== ours, // left as written: more than is promised
    );
    expect(known.length).toBeGreaterThanOrEqual(5);
    const names = known.map((_each, index) => `text_${index}`);
    const annotations = (which: 0 | 1) =>
      Object.fromEntries(names.map((name, index) => [name, known[index]?.[which] ?? ""]));
    const directory = mkdtempSync(join(tmpdir(), "slowburn-template-"));
    const write = (name: string, content: unknown) =>
      writeFileSync(join(directory, name), stringify(content));
    write("rules.yaml", {
      groups: [{ name: "g", rules: [{ alert: "A", expr: "m > -1", annotations: annotations(0) }] }],
    });
    write("test.yaml", {
      rule_files: ["rules.yaml"],
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          input_series: [{ series: 'm{service="shop"}', values: `${value}` }],
          alert_rule_test: [
            {
              eval_time: "0m",
              alertname: "A",
              exp_alerts: [{ exp_labels: labels, exp_annotations: annotations(1) }],
            },
          ],
        },
      ],
    });
    const said = runTool("promtool", ["test", "rules", join(directory, "test.yaml")]);
    expect(said.text).toContain("SUCCESS");
    expect(said.exitCode).toBe(0);
  });
});
