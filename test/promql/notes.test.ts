/** Where a query is read otherwise than Prometheus evaluates it, that is said once, at its place. */
import { describe, expect, test } from "vitest";
import { readRatio, readRawRatio } from "../../src/promql/index.ts";

const notesOf = (query: string) =>
  readRawRatio(query, "bad").notes.map(({ from, to, message }) => [query.slice(from, to), message]);

describe("a note is taken of", () => {
  test.each([
    [
      "a range that is no template",
      "sum(rate(a[5m])) / sum(rate(b[5m]))",
      "5m",
      "[5m] stands for the window that is asked for, as {{.window}} does",
    ],
    [
      "irate",
      "sum(irate(a[{{.window}}])) / sum(rate(b[{{.window}}]))",
      "irate(a[{{.window}}])",
      "`irate` is read as `rate`: every increase counts",
    ],
    [
      "series that are not added up",
      "rate(a[{{.window}}]) / rate(b[{{.window}}])",
      "rate(a[{{.window}}]) / rate(b[{{.window}}])",
      "all its series are added up, where Prometheus keeps them apart",
    ],
    [
      "series that Prometheus would match",
      "sum(rate(a[{{.window}}]) + rate(b[{{.window}}])) / sum(rate(b[{{.window}}]))",
      "rate(a[{{.window}}]) + rate(b[{{.window}}])",
      "all its series are added up, where Prometheus keeps them apart",
    ],
    [
      "an average of averages",
      "avg(avg_over_time(up[{{.window}}]))",
      "avg(avg_over_time(up[{{.window}}]))",
      "every point of every series weighs the same in this average",
    ],
    [
      "the steps of a subquery",
      "sum(count_over_time((up == 0)[{{.window}}:])) / sum(count_over_time(up[{{.window}}:]))",
      "(up == 0)[{{.window}}:]",
      "each point of the gauge counts once, where Prometheus would look at it once a step",
    ],
    [
      "a fallback of the ratio",
      "sum(rate(a[{{.window}}])) / sum(rate(b[{{.window}}])) or vector(0)",
      "vector(0)",
      "without events there is no ratio here; `noData` says what that means",
    ],
    [
      "a clamp",
      "clamp_min(sum(rate(a[{{.window}}])), 0) / sum(rate(b[{{.window}}]))",
      "clamp_min(sum(rate(a[{{.window}}])), 0)",
      "`clamp_min` is left out: what is shown is between 0 and 1 anyway",
    ],
  ])("%s", (_what, query, part, message) => {
    expect(notesOf(query)).toEqual([[part, message]]);
  });
});

test("what means the same in both needs no note", () => {
  const query =
    'max(sum by (x) (rate({"a"}[{{ .window }}])) or vector(0)) by (x) / sum(rate(b[{{.window}}])) by (x)';
  expect(notesOf(query)).toEqual([]);
});

test("a note of both queries of an indicator is taken once", () => {
  const total = "sum(rate(b[5m]))";
  const { notes } = readRatio({ part: "sum(rate(a[5m]))", total, count: "bad" });
  expect(notes).toMatchObject([{ query: "part", from: 11, to: 13 }]);
});
