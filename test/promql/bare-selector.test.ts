/** A metric as Pyrra's files name it: a selector, and nothing around it. */
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { readBareSelector } from "../../src/promql/index.ts";

const same = { absentIsEmpty: true } as const;

describe("a bare selector", () => {
  const rows: readonly [text: string, metric: string, where: readonly object[], bound?: number][] =
    [
      ["up", "up", []],
      ["up{}", "up", []],
      ["job:up:sum{ }", "job:up:sum", []],
      [' up { job = "a" , } ', "up", [{ kind: "in", key: "job", values: ["a"], ...same }]],
      ["up{a!='b'}", "up", [{ kind: "notIn", key: "a", values: ["b"], ...same }]],
      ["up{a=~`5..`}", "up", [{ kind: "matches", key: "a", pattern: "5..", ...same }]],
      ['up{a!~"x|"}', "up", [{ kind: "notMatches", key: "a", pattern: "x|", ...same }]],
      [
        'up{a="1",a!="2"}',
        "up",
        [
          { kind: "in", key: "a", values: ["1"], ...same },
          { kind: "notIn", key: "a", values: ["2"], ...same },
        ],
      ],
      [
        String.raw`up{a="q\"\\\n\x41\u00e9"}`,
        "up",
        [{ kind: "in", key: "a", values: ['q"\\\nAé'], ...same }],
      ],
      ["up{a=`\\n`}", "up", [{ kind: "in", key: "a", values: ["\\n"], ...same }]],
      ['{__name__="up"}', "up", []],
      [
        '{"http.requests", "http.route"="/"}',
        "http.requests",
        [{ kind: "in", key: "http.route", values: ["/"], ...same }],
      ],
      ['up{ # a comment }\n a="b" }', "up", [{ kind: "in", key: "a", values: ["b"], ...same }]],
      ['d_bucket{le="0.25"}', "d_bucket", [], 0.25],
      ['d_bucket{le="1.0"}', "d_bucket", [], 1],
      ['d_bucket{le="1e-3"}', "d_bucket", [], 0.001],
      ['d_bucket{le="+Inf"}', "d_bucket", []],
    ];
  it.each(rows)("%s", (text, metric, where, bound) => {
    const { selector, problems } = readBareSelector(text);
    expect(problems).toEqual([]);
    expect(selector).toEqual({ metric, where, ...(bound === undefined ? {} : { bound }) });
  });

  it("says where it stands, without comments around it", () => {
    const text = "# what\n job:up:sum { } # is up";
    const { place } = readBareSelector(text);
    expect(text.slice(place?.from, place?.to)).toBe("job:up:sum { }");
  });

  it("is refused at its place otherwise", () => {
    const wrong = [
      "",
      '{a="b"}',
      "5xx",
      "up{a}",
      "up{a=5}",
      'up{a="b}',
      'up{a="b" c="d"}',
      'up{a="b"',
      'up{="b"}',
      'up{a=~"("}',
      'up{__name__=~"a.*"}',
      'up{__name__="b"}',
      "d_bucket",
      'd_bucket{le=~"0.1|1"}',
      'd_bucket{le="fast"}',
      "sum(up)",
      "up[5m]",
      "up + up",
      'up{le="1"}',
    ];
    const said = wrong.map((text) => {
      const { selector, problems } = readBareSelector(text);
      expect(selector).toBeUndefined();
      return `${text} → ${problems.map(({ from, to, code, message }) => `${from}-${to} ${code}: ${message}`).join("; ")}`;
    });
    expect(said).toMatchInlineSnapshot(`
      [
        " → 0-0 promql-syntax: the query is empty",
        "{a="b"} → 0-7 promql-selector: {a="b"} names no metric",
        "5xx → 1-3 promql-syntax: \`xx\` is not expected here",
        "up{a} → 4-5 promql-syntax: \`}\` is not expected here",
        "up{a=5} → 5-6 promql-syntax: \`5\` is not expected here",
        "up{a="b} → 7-8 promql-syntax: the query ends too early",
        "up{a="b" c="d"} → 9-10 promql-syntax: \`c\` is not expected here",
        "up{a="b" → 7-8 promql-syntax: the query ends too early",
        "up{="b"} → 3-4 promql-syntax: \`=\` is not expected here",
        "up{a=~"("} → 3-9 promql-selector: not a regular expression: error parsing regexp: missing closing ): \`(\`",
        "up{__name__=~"a.*"} → 3-18 promql-selector: a metric is chosen by its name, not by what its name is like",
        "up{__name__="b"} → 0-16 promql-selector: up{__name__="b"} names two metrics",
        "d_bucket → 0-8 promql-selector: buckets contain one another: d_bucket without \`le\` counts events many times",
        "d_bucket{le=~"0.1|1"} → 9-20 promql-selector: le=~"0.1|1" names no single bound",
        "d_bucket{le="fast"} → 9-18 promql-selector: le="fast" names no single bound",
        "sum(up) → 0-7 promql-selector: only a metric with its conditions is read here, and nothing around it",
        "up[5m] → 0-6 promql-selector: only a metric with its conditions is read here, and nothing around it",
        "up + up → 0-7 promql-selector: only a metric with its conditions is read here, and nothing around it",
        "up{le="1"} → 0-10 promql-selector: \`le\` is of a histogram's buckets, which up does not name",
      ]
    `);
  });

  it("never throws, and never runs over the text", () => {
    const piece = fc.constantFrom(
      "up",
      "{",
      "}",
      '"',
      "'",
      "`",
      "a",
      "=",
      "=~",
      "!",
      "\\",
      ",",
      " ",
      "#",
      "\n",
      "le",
      "5",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join("");
        const { selector, problems } = readBareSelector(text);
        for (const { from, to } of problems)
          expect(0 <= from && from <= to && to <= text.length).toBe(true);
        expect(selector === undefined).toBe(problems.length > 0);
      }),
      { numRuns: 2_000 },
    );
  });
});
