/** Alerts of compiled rules: their labels are the engine's, and those on absent data are there. */
import { describe, expect, test } from "vitest";
import { alertLabels } from "../../src/alerts/alert-labels.ts";
import type { StreamView } from "../../src/engine/index.ts";
import { compileRules } from "../../src/export/index.ts";
import {
  millis,
  parseDuration,
  type Indicator,
  type Measure,
  type Slo,
} from "../../src/slo/index.ts";
import { policyOf, sloOf } from "../engine/fixtures.ts";

const SETTINGS = { isSlothCompatible: false, version: "1.2.3" };
const HTTP = "http.server.request.duration";
const EVENTS: Indicator = {
  kind: "events",
  total: { metric: "r_total", where: [] },
  count: "bad",
  when: [],
};

describe("labels of alerts are those that slowburn gives them", () => {
  const alerting: Slo["alerting"] = {
    labels: { slo: "mine", service: "other", http_route: "/", sloth_severity: "x", owner: "us" },
    annotations: {},
    bySeverity: { ticket: { labels: { severity: "slack" }, annotations: {} } },
  };
  const slo = { ...sloOf({ per: ["http.route"], alerts: policyOf("1h", "5m") }), alerting };
  const labels = {
    severity: "slack",
    slo: "shop/availability",
    service: "shop",
    exported_slo: "mine",
    exported_service: "other",
    exported_http_route: "/",
    exported_sloth_severity: "x",
    owner: "us",
  };

  test("by the engine", () => {
    const stream = { slo, group: ["/cart"] } as unknown as StreamView;
    const { alertname: _name, http_route: route, ...others } = alertLabels(stream, "ticket");
    expect(route).toBe("/cart");
    expect(others).toEqual(labels);
  });

  test("by compiled rules, with Sloth's severity", () => {
    const { groups } = compileRules([{ ...slo, indicator: EVENTS }], SETTINGS);
    expect(groups[2]?.rules[0]?.labels).toEqual({ ...labels, sloth_severity: "ticket" });
  });

  test("and tiers that hold differently are told apart by their lookbacks", () => {
    const { tiers, ...policy } = policyOf("1h", "5m");
    const held = tiers.map((tier) => ({
      ...tier,
      longMs: millis(6 * 3_600_000),
      forMs: millis(60_000),
    }));
    const alerts = { ...policy, tiers: [...tiers, ...held] };
    const { groups } = compileRules([{ ...slo, alerts, indicator: EVENTS }], SETTINGS);
    const lookbacks = { short: "5m", exported_slo: "mine" };
    expect(groups[2]?.rules.map((rule) => rule.labels)).toMatchObject([
      { ...lookbacks, long: "1h" },
      { ...lookbacks, long: "6h" },
    ]);
  });

  test("but a file of Sloth gets what Sloth gives it", () => {
    const source = { ...slo.source, format: "sloth" } as const;
    const { groups } = compileRules([{ ...slo, source, indicator: EVENTS }], SETTINGS);
    expect(groups[2]?.rules[0]?.labels).toEqual({
      ...alerting.labels,
      severity: "slack",
      sloth_severity: "ticket",
    });
  });
});

describe("an alert on absent data", () => {
  const absentOf = (more: Partial<Slo>, after = "15m") => {
    const slo = {
      ...sloOf({ indicator: EVENTS, alerts: { name: "none", tiers: [] } }),
      absent: { severity: "page", afterMs: millis(parseDuration(after) ?? 0) } as const,
      ...more,
    };
    const { groups, problems } = compileRules([slo], SETTINGS);
    return { rule: groups[2]?.rules[0], problems };
  };
  const term = (metric: string, measure: Measure) => ({ metric, where: [], weight: 1, measure });

  test.each<[string, Partial<Slo>, string, string | undefined, string?]>([
    ["waits beyond Prometheus's lookback", {}, "absent(r_total) == 1", "10m"],
    [
      "looks back less where that is less",
      {},
      "absent_over_time(r_total[2m]) == 1",
      undefined,
      "2m",
    ],
    [
      "asks for a histogram's count",
      { indicator: { kind: "latency", total: { metric: HTTP, where: [] }, thresholdNanos: 25e7 } },
      "absent(http_server_request_duration_seconds_count) == 1",
      "10m",
    ],
    [
      "takes a file's own names as they are",
      {
        indicator: {
          kind: "latency",
          total: { metric: "h", where: [{ kind: "in", key: "job", values: ["a"] }] },
          thresholdNanos: 1e9,
        },
        source: {
          ...sloOf().source,
          promql: { kind: "errorRatio", query: "histogram_fraction(0, 1, rate(h[{{.window}}]))" },
        },
      },
      'absent(h{job="a"}) == 1',
      "10m",
    ],
    [
      "of several metrics waits for all of them",
      {
        indicator: {
          kind: "sums",
          count: "bad",
          part: [term("c", { kind: "increase" })],
          total: [term("a", { kind: "increase" }), term("b", { kind: "values" })],
        },
      },
      "absent(a) == 1 and on() absent(b) == 1",
      "10m",
    ],
  ])("%s", (_, more, expr, held, after) => {
    const { rule, problems } = absentOf(more, after);
    expect(problems).toEqual([]);
    expect(rule).toMatchObject({ alert: "SlowburnDataAbsent", expr, labels: { severity: "page" } });
    expect(rule && "for" in rule ? rule.for : undefined).toBe(held);
  });

  test("has the file's own name and words", () => {
    const alerting: Slo["alerting"] = {
      labels: { team: "a" },
      annotations: { summary: "gone" },
      bySeverity: {},
      absent: { alertName: "Gone", severity: "critical" },
    };
    expect(absentOf({ alerting }).rule).toMatchObject({
      alert: "Gone",
      labels: { team: "a", severity: "critical", slo: "shop/availability" },
      annotations: { summary: "gone" },
    });
  });

  test("is left out, with a warning, where the metric has no name in PromQL", () => {
    const total = { metric: "a.b", where: [] };
    const source = {
      ...sloOf().source,
      promql: { kind: "errorRatio", query: "1 - rate(x[{{.window}}])" } as const,
    };
    const { rule, problems } = absentOf({
      source,
      indicator: { ...EVENTS, total },
    });
    expect(rule).toBeUndefined();
    expect(problems).toMatchObject([
      {
        code: "compiled-without",
        severity: "warning",
        message: expect.stringContaining(
          "do not alert on absent data: Prometheus's name of a.b",
        ) as string,
      },
    ]);
  });
});
