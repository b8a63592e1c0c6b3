import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { EXPANDED_LENGTH_MAX, expandTemplate, unknownActions } from "../../src/slo/index.ts";

const labels = { sloth_service: "shop", region: "eu", key: "{{ $value }}" };
const expanded = (text: string, value?: number) => expandTemplate(text, { labels, value });

/** What Prometheus makes of the same texts: test/peers/alert-template.test.ts. */
test.each([
  ["plain } text {", undefined, "plain } text {"],
  ["{{$labels.sloth_service}} in {{ $labels.region }}", undefined, "shop in eu"],
  ["{{ .Labels.region }}: {{ .Value }}", 0.5, "eu: 0.5"],
  ["a label that is not there: <{{ $labels.zone }}>", 1, "a label that is not there: <>"],
  ["{{ $value }}", 0.00001, "1e-05"],
  ["{{ $value | humanizePercentage }}", 0.01234567, "1.235%"],
  ["{{ humanizePercentage $value }}", 1, "100%"],
  ["{{ humanizePercentage $value }}", NaN, "NaN%"],
  ["{{ $value | humanize }}", 12_345.678, "12.35k"],
  ["{{ $value | humanize }}", 0.0123, "12.3m"],
  ['{{ printf "%.2f" $value }}', 0.98765, "0.99"],
  ['{{ $value | printf "%.3g at %%" }}', 0.0123456, "0.0123 at %"],
  ["{{ $labels.region | toUpper }}", 1, "EU"],
  [
    "a value that looks like a template: {{ $labels.key }}",
    1,
    "a value that looks like a template: {{ $value }}",
  ],
])("%s of %s", (text, value, expected) => {
  expect(expanded(text, value)).toBe(expected);
});

describe("what is not known stays as it is written, and is told", () => {
  test.each([
    "{{ query `up` | first | value }}",
    "{{ if gt $value 0.5 }}",
    "{{- $labels.region -}}",
    "{{ range $x := $labels }}",
    "{{ }}",
    "{{ $externalLabels.x }}",
    "{{ humanizePercentage $labels.region }}",
    '{{ printf "%d %d" $value $value }}',
    "{{ $value | }}",
    "{{ constructor $value }}",
    "{{ unclosed",
  ])("%s", (text) => {
    expect(expanded(`before ${text} after`, 1)).toBe(`before ${text} after`);
    expect(unknownActions(`before ${text} after`, true)).toHaveLength(1);
  });

  it("a value where there is none, as in a label", () => {
    expect(expanded("{{ $value }}")).toBe("{{ $value }}");
    expect(unknownActions("{{ $value }} {{ $labels.x }}", false)).toEqual(["{{ $value }}"]);
    expect(unknownActions("{{ $value }} {{ $labels.x }}", true)).toEqual([]);
  });
});

describe("any text", () => {
  const part = fc.constantFrom(
    "{{",
    "}}",
    "{",
    '"',
    "`",
    "|",
    " ",
    "$labels.region",
    "$value",
    "humanize",
    "%",
    "x",
  );
  const text = fc.array(part, { maxLength: 40 }).map((parts) => parts.join(""));

  it("comes to some text, no longer than the bound", () => {
    fc.assert(
      fc.property(text, fc.double(), (each, value) => {
        expect(expanded(each, value).length).toBeLessThanOrEqual(EXPANDED_LENGTH_MAX);
      }),
    );
  });
  it("without templates stays what it is", () => {
    fc.assert(
      fc.property(fc.string(), (each) => {
        fc.pre(!each.includes("{{"));
        expect(expanded(each, 1)).toBe(each);
      }),
    );
  });
  it("of any shape takes no time", () => {
    const hostile = '{{"'.repeat(EXPANDED_LENGTH_MAX / 3);
    const startedAt = performance.now();
    expanded(hostile, 1);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
