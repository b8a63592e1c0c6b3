/** A metric as Pyrra's files name it: a selector, and nothing around it. */
import { describe, expect, test } from "vitest";
import { readBareSelector } from "../../src/promql/index.ts";

describe("a bare selector", () => {
  test.each([
    ["up", { metric: "up", where: [] }],
    [" job:up:sum { } # what is up", { metric: "job:up:sum", where: [] }],
    [
      'up{job="a"}',
      {
        metric: "up",
        where: [{ kind: "in", key: "job", values: ["a"], absentIsEmpty: true }],
      },
    ],
    ['{"http.requests"}', { metric: "http.requests", where: [] }],
    ['d_bucket{le="0.25"}', { metric: "d_bucket", where: [], bound: 0.25 }],
    ['d_bucket{le="+Inf"}', { metric: "d_bucket", where: [] }],
  ])("%s", (text, selector) => {
    expect(readBareSelector(text)).toEqual({ selector, problems: [] });
  });

  test.each([
    ["sum(up)", "promql-selector", 0],
    ["up[5m]", "promql-selector", 0],
    ["up + up", "promql-selector", 0],
    ["up{", "promql-syntax", 2],
    ['{a="b"}', "promql-selector", 0],
    ["d_bucket", "promql-selector", 0],
    ['up{a=~"("}', "promql-selector", 3],
  ])("is not %s", (text, code, from) => {
    const { selector, problems } = readBareSelector(text);
    expect(selector).toBeUndefined();
    expect(problems).toMatchObject([{ query: "query", code, from }]);
  });
});
