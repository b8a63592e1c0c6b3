/** Lints beside the series of a running server: what only the data shows. */
import { describe, expect, test } from "vitest";
import {
  lintSlos,
  metricsOf,
  rateOf,
  readRuleFile,
  type MetricFacts,
  type RunningFacts,
} from "../../src/rules/index.ts";

const HOUR = 3_600_000;
const duration: MetricFacts = {
  name: "http.server.request.duration",
  unit: "s",
  spellings: ["http.server.request.duration", "http_server_request_duration_seconds_bucket"],
  nanosPerUnit: 1e9,
  seriesCount: 3,
  attributeKeys: ["service.name", "http.route", "http.response.status_code"],
  bounds: [[0.1, 0.2, 0.4]],
};
const FACTS: RunningFacts = { metrics: [duration], unseen: new Map(), rates: new Map() };

function lint(slo: string, facts: Partial<RunningFacts> = {}): readonly string[] {
  const text = `apiVersion: slowburn/v1\nservice: shop\nslos:\n  a: ${slo}\n`;
  const { slos, problems } = readRuleFile({ file: "shop.yaml", text });
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return lintSlos(slos, { running: { ...FACTS, ...facts } }).map(
    ({ code, line, severity, hint }) => {
      expect([line, severity]).toEqual([4, "warning"]);
      return `${code}: ${hint}`;
    },
  );
}
const events = (more: string, objective = "99%") =>
  `{ objective: ${objective}, window: 30d, sli: { metric: http.server.request.duration, ${more} } }`;
const BAD = "bad: { http.response.status_code: '500' }";

describe("a condition on an attribute", () => {
  test.each([
    ["that its series have", events(`where: { http.route: /pay }, ${BAD}`), []],
    ["by its Prometheus label", events(`where: { http_route: /pay }, ${BAD}`), []],
    ["that Prometheus derives", events(`where: { job: shop }, ${BAD}`), []],
    [
      "that is mistyped",
      events(`where: { http.rout: /pay }, ${BAD}`),
      ["attribute-unseen: did you mean http.route?"],
    ],
    [
      "that none has",
      events(`where: { region: eu }, ${BAD}`),
      ["attribute-unseen: they have http.response.status_code, http.route, service.name"],
    ],
    ["that may come with the first error", events(`bad: { error.type: { exists: true } }`), []],
    [
      "that is mistyped where errors are told",
      events(`bad: { http.response.status_cod: '500' }`),
      ["attribute-unseen: did you mean http.response.status_code?"],
    ],
    ["that must not be there", events(`where: { region: { not: eu } }, ${BAD}`), []],
  ])("%s", (_what, slo, expected) => {
    expect(lint(slo)).toEqual(expected);
  });
});

describe("a metric that no series has", () => {
  const slo = `{ objective: 99%, sli: { metric: order, bad: { code: '500' } } }`;
  test.each([
    ["orders", ["metric-unseen: did you mean orders?"]],
    [undefined, ["metric-unseen: check that its sender runs"]],
  ])("may be meant to be %s", (near, expected) => {
    expect(lint(slo, { unseen: new Map([["order", near]]) })).toEqual(expected);
  });
});

describe("a latency threshold beside real bounds", () => {
  const faster = (time: string) =>
    `{ objective: 99%, sli: { metric: http.server.request.duration, faster: ${time} } }`;
  const milliseconds = [{ ...duration, bounds: [[5, 100, 250, 1000]] }];
  test.each([
    ["on one", "200ms", [duration], []],
    [
      "between two, although SDKs are advised one there",
      "250ms",
      [duration],
      ["threshold-off-bound: exact are 200ms and 400ms; or give the histogram a bound there"],
    ],
    [
      "above the last",
      "700ms",
      [duration],
      ["threshold-off-bound: exact are 400ms; or give the histogram a bound there"],
    ],
    [
      "of milliseconds, said to be seconds",
      "250ms",
      milliseconds,
      ["threshold-off-scale: mend the unit or the bounds where it is recorded"],
    ],
    [
      "that are not known: what SDKs are advised counts",
      "300ms",
      [{ ...duration, bounds: [] }],
      ["threshold-off-bound: exact are 250ms and 500ms; or give the histogram a bound there"],
    ],
  ])("%s: %s", (_what, time, metrics, expected) => {
    expect(lint(faster(time), { metrics })).toEqual(expected);
  });
});

describe("an objective that the traffic cannot resolve", () => {
  // 99.9 % of 30 days allow one bad event at 1000 / 30 d.
  const rate = 1000 / (30 * 86_400);
  test.each([
    [rate * 1.001, []],
    [rate * 0.999, ["objective-unresolved: a lower objective, a longer window, or slices"]],
  ])("at %d events a second", (perSecond, expected) => {
    const rates = new Map([["shop/a", perSecond]]);
    expect(lint(events(BAD, "99.9%"), { rates })).toEqual(expected);
  });

  test("is not told of before an hour is counted, nor without events", () => {
    expect(rateOf(100, 30 * 24 * HOUR, HOUR - 1)).toBeUndefined();
    expect(rateOf(0, 30 * 24 * HOUR, HOUR)).toBeUndefined();
    expect(rateOf(7200, 30 * 24 * HOUR, 2 * HOUR)).toBe(1);
    expect(rateOf(3600, HOUR, 5 * HOUR)).toBe(1);
  });
});

test("the metrics of rules are asked for once each", () => {
  const text = `apiVersion: slowburn/v1\nservice: shop\nslos:\n  a: ${events(BAD)}\n  b: ${events(BAD)}\n`;
  expect(metricsOf(readRuleFile({ file: "a.yaml", text }).slos)).toEqual([
    "http.server.request.duration",
  ]);
});
