/** SLOs as Prometheus rules. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { compileRules, ruleFileText, type RuleFileSettings } from "../../src/export/index.ts";
import {
  millis,
  type Indicator,
  type Matcher,
  type Measure,
  type Slo,
  type Tier,
} from "../../src/slo/index.ts";
import { policyOf, sloOf } from "../engine/fixtures.ts";

const SETTINGS = { isSlothCompatible: false, version: "1.2.3" };
const HTTP = "http.server.request.duration";

/** The shortest recording's expression, on one line. */
function ratio(indicator: Indicator, more: Partial<Slo> = {}): string {
  const slo = { ...sloOf({ indicator, alerts: policyOf("1h", "5m") }), ...more };
  const { groups, problems } = compileRules([slo], SETTINGS);
  expect(problems).toEqual([]);
  return (groups[0]?.rules[0]?.expr ?? "").replaceAll("\n", " ").trim();
}
const events = (
  where: readonly Matcher[],
  when: readonly Matcher[],
  metric = "r_total",
): Indicator => ({
  kind: "events",
  total: { metric, where },
  count: "bad",
  when,
});
const total = "sum(increase(r_total[5m]))";

describe("an indicator", () => {
  test.each<[string, Indicator, string]>([
    [
      "of events",
      events([], [{ kind: "exists", key: "error.type", exists: true }]),
      `(sum(increase(r_total{error_type!=""}[5m])) or ${total} * 0) / (${total})`,
    ],
    [
      "of good events",
      { ...events([], [{ kind: "in", key: "ok", values: ["true"] }]), count: "good" } as Indicator,
      `1 - ( (sum(increase(r_total{ok="true"}[5m])) or ${total} * 0) / (${total}) )`,
    ],
    [
      "of latency, of a metric whose unit is known",
      { kind: "latency", total: { metric: HTTP, where: [] }, thresholdNanos: 250_000_000 },
      '1 - ( (sum(increase(http_server_request_duration_seconds_bucket{le="0.25"}[5m]))) / ' +
        "(sum(increase(http_server_request_duration_seconds_count[5m]))) )",
    ],
    [
      "whose whole bound is written with or without a point",
      { kind: "latency", total: { metric: "h_count", where: [] }, thresholdNanos: 1e9 },
      '1 - ( (sum(increase(h_bucket{le=~"1|1[.]0"}[5m]))) / (sum(increase(h_count[5m]))) )',
    ],
    [
      "of latency, in the unit that the metric's name ends in",
      {
        kind: "latency",
        total: { metric: "shop.search.milliseconds", where: [] },
        thresholdNanos: 250e6,
      },
      '1 - ( (sum(increase(shop_search_milliseconds_bucket{le=~"250|250[.]0"}[5m]))) / ' +
        "(sum(increase(shop_search_milliseconds_count[5m]))) )",
    ],
    [
      "of latency, of a family's name as Prometheus has it",
      { kind: "latency", total: { metric: "rpc_ms_bucket", where: [] }, thresholdNanos: 5e5 },
      '1 - ( (sum(increase(rpc_ms_bucket{le="0.5"}[5m]))) / (sum(increase(rpc_ms_count[5m]))) )',
    ],
    [
      "of two counters",
      {
        kind: "counters",
        total: { metric: "r_total", where: [] },
        count: "bad",
        part: { metric: "e_total", where: [] },
      },
      `(sum(increase(e_total[5m])) or ${total} * 0) / (${total})`,
    ],
  ])("%s", (_, indicator, expected) => {
    expect(ratio(indicator)).toBe(expected);
  });

  test("of sums keeps weights and measures", () => {
    const term = (metric: string, measure: Measure, weight = 1) => ({
      metric,
      where: [],
      weight,
      measure,
    });
    const indicator: Indicator = {
      kind: "sums",
      count: "bad",
      part: [
        term("h_count", { kind: "increase" }),
        term("h_count", { kind: "atMost", bound: 0.5 }, -2),
      ],
      total: [term("g", { kind: "samples" }), term("g", { kind: "values" })],
    };
    expect(ratio(indicator)).toBe(
      '(sum(increase(h_count[5m])) - 2 * sum(increase(h_bucket{le="0.5"}[5m]))) / ' +
        "(sum(count_over_time(g[5m])) + sum(sum_over_time(g[5m])))",
    );
  });

  test("of groups is summed by them", () => {
    const grouped = { per: ["service.name", "http.route"] };
    expect(ratio(events([], [{ kind: "exists", key: "e", exists: true }]), grouped)).toContain(
      "sum by (job, http_route)(increase(r_total[5m]))",
    );
  });

  test("that was read from PromQL keeps its own", () => {
    const source = {
      ...sloOf().source,
      promql: {
        kind: "ratio",
        count: "bad",
        part: "rate(e[{{.window}}])",
        total: "rate(t[{{ .window }}])",
      },
    } as const;
    expect(ratio(events([], []), { source })).toBe("(rate(e[5m])) / (rate(t[5m]))");
  });
});

test.each<[Matcher, string]>([
  [{ kind: "in", key: "http.route", values: ["/a"] }, 'http_route="/a"'],
  [{ kind: "in", key: "r", values: ["/a", "b.c"] }, 'r=~"/a|b\\\\.c"'],
  [{ kind: "notIn", key: "r", values: ["x"] }, 'r!="x"'],
  [{ kind: "notIn", key: "r", values: ["x", "y"] }, 'r!~"x|y"'],
  [{ kind: "matches", key: "r", pattern: "5.." }, 'r=~"5..",r!=""'],
  [{ kind: "matches", key: "r", pattern: "5..", absentIsEmpty: true }, 'r=~"5.."'],
  [{ kind: "notMatches", key: "r", pattern: "x" }, 'r!~"x"'],
  [{ kind: "exists", key: "r", exists: false }, 'r=""'],
  [{ kind: "in", key: "service.name", values: ["shop"] }, 'job=~"(?:.*/)?(?:shop)"'],
  [{ kind: "in", key: "r", values: ['a"b'] }, 'r="a\\"b"'],
])("%j is %s", (matcher, expected) => {
  expect(ratio(events([matcher], []))).toContain(`/ (sum(increase(r_total{${expected}}[5m])))`);
});

describe("what has no form in Prometheus rules is said with its place, and the others are compiled", () => {
  const compare: Matcher = { kind: "compare", key: "code", op: ">=", value: 500 };
  const window: Slo["window"] = {
    kind: "calendar",
    unit: "month",
    count: 1,
    timeZone: "UTC",
    anchor: "1970-01-01T00:00:00",
    lengthMs: millis(30 * 86_400_000),
  };
  test.each<[string, Partial<Slo>, RegExp]>([
    ["numbers in labels", { indicator: events([], [compare]) }, /compare the label code/],
    [
      "a name without its unit",
      { indicator: events([], [], "shop.orders") },
      /depends on its unit/,
    ],
    [
      "a histogram's name without its unit",
      {
        indicator: {
          kind: "latency",
          total: { metric: "shop.search", where: [] },
          thresholdNanos: 1,
        },
      },
      /depends on its unit, which/,
    ],
    ["a calendar", { window }, /no calendar windows/],
    [
      "time slices",
      { budgeting: { kind: "ratioTimeslices", widthMs: millis(60_000) } },
      /subquery over the whole window/,
    ],
  ])("%s", (_, more, message) => {
    const good = sloOf({ id: "shop/good", indicator: events([], []), alerts: policyOf() });
    const { groups, problems } = compileRules([{ ...sloOf(), ...more }, good], SETTINGS);
    expect(problems).toMatchObject([
      { code: "not-compilable", severity: "error", file: "shop.yaml", line: 1 },
    ]);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.hint).toBeDefined();
    expect(groups.map(({ name }) => name)).toEqual([
      "sloth-slo-sli-recordings-shop-good",
      "sloth-slo-meta-recordings-shop-good",
    ]);
  });

  test("two of one Sloth id", () => {
    const slo = (id: string) => sloOf({ id, indicator: events([], []), alerts: policyOf() });
    const { groups, problems } = compileRules([slo("a-b/c"), slo("a/b-c"), slo("a-b/c")], SETTINGS);
    expect(groups).toHaveLength(2);
    expect(problems.map(({ message }) => message)).toEqual([
      "a/b-c: Sloth's id of it, a-b-c, is that of a-b/c in shop.yaml:1 already",
      "a-b/c: Sloth's id of it, a-b-c, is that of a-b/c in shop.yaml:1 already",
    ]);
  });

  test("a gate that Prometheus does not have is a warning", () => {
    const [tier] = policyOf("1h", "5m").tiers as [Tier];
    const alerts = { name: "x", tiers: [{ ...tier, significance: 1e-4, minBadEvents: 5 }] };
    const slo = sloOf({ indicator: events([], []), alerts });
    expect(compileRules([slo], SETTINGS).problems).toMatchObject([
      {
        code: "compiled-without",
        severity: "warning",
        message: expect.stringMatching("significance gate and minBadEvents") as string,
      },
    ]);
  });

  test("maintenance that Prometheus would count is a warning", () => {
    const exclusions = [
      {
        reason: "Upgrade",
        when: { kind: "once", startMs: 0, endMs: 1 },
        source: { file: "shop.yaml", line: 3 },
      },
    ] as const;
    const slo = { ...sloOf({ indicator: events([], []), alerts: policyOf() }), exclusions };
    expect(compileRules([slo], SETTINGS).problems).toMatchObject([
      { code: "compiled-without", message: expect.stringMatching("in maintenance") as string },
    ]);
  });
});

describe("alerts", () => {
  const [first, second] = policyOf("1h", "5m", "6h", "30m").tiers as [Tier, Tier];
  const alertsOf = (tiers: readonly Tier[], more: Partial<Slo> = {}) => {
    const slo = { ...sloOf({ indicator: events([], []), alerts: { name: "x", tiers } }), ...more };
    const group = compileRules([slo], SETTINGS).groups[2];
    return (group?.rules ?? []) as readonly {
      alert: string;
      for?: string;
      labels: Record<string, string>;
      annotations: Record<string, string>;
    }[];
  };

  test("of one severity are one, unless they hold for different times", () => {
    expect(alertsOf([first, second])).toHaveLength(1);
    const held = alertsOf([first, { ...second, forMs: millis(120_000) }]);
    expect(held.map((rule) => rule.for)).toEqual([undefined, "2m"]);
  });

  test("are named and labelled as the file says, and as ours otherwise", () => {
    expect(alertsOf([first])[0]).toMatchObject({
      alert: "SlowburnErrorBudgetBurn",
      labels: { severity: "ticket", slo: "shop/availability", sloth_severity: "ticket" },
    });
    const alerting: Slo["alerting"] = {
      alertName: "High",
      labels: { team: "a" },
      annotations: { summary: "all" },
      bySeverity: { ticket: { labels: { severity: "slack" }, annotations: {} } },
    };
    const source = { ...sloOf().source, format: "sloth" } as const;
    expect(alertsOf([first], { alerting, source })[0]).toMatchObject({
      alert: "High",
      labels: { team: "a", severity: "slack", sloth_severity: "ticket" },
      annotations: { summary: "all" },
    });
  });
});

test.each<[string, Partial<Slo>, string]>([
  ["of a policy, Sloth's, and the window", {}, "5m 30m 1h 2h 6h 1d 3d 30d"],
  [
    "no longer than the window",
    { window: { kind: "rolling", lengthMs: millis(86_400_000) } },
    "5m 30m 1h 2h 6h 1d",
  ],
  [
    "of a file of Sloth that alerts in full, its own",
    {
      alerts: policyOf("1h", "10m", "6h", "20m", "1d", "2h", "3d", "5h"),
      source: { ...sloOf().source, format: "sloth" },
    },
    "10m 20m 1h 2h 5h 6h 1d 3d 30d",
  ],
])("ratios are recorded over the lookbacks %s", (_, more, expected) => {
  const slo = {
    ...sloOf({ indicator: events([], []), alerts: policyOf("1h", "5m") }),
    owner: "me",
  };
  const { groups } = compileRules([{ ...slo, ...more }], SETTINGS);
  const labels = (groups[0]?.rules ?? []).map((rule) => rule.labels);
  expect(labels.map((each) => each["sloth_window"]).join(" ")).toBe(expected);
  expect(labels.map((each) => each["owner"])).toEqual(labels.map(() => "me"));
});

describe("the file", () => {
  const slo = sloOf({
    indicator: events([], [{ kind: "exists", key: "e", exists: true }]),
    alerts: policyOf("1h", "5m"),
  });
  const text = (settings: Partial<RuleFileSettings>, isSlothCompatible = false): string =>
    ruleFileText(compileRules([slo], { ...SETTINGS, isSlothCompatible }).groups, {
      target: "prom2.42",
      wrapper: "plain",
      ...settings,
    });

  test.each([
    ["plain", false],
    ["sloth-compatible", true],
  ] as const)("%s", async (name, isSlothCompatible) => {
    await expect(text({}, isSlothCompatible)).toMatchFileSnapshot(`golden/compiled-${name}.yaml`);
  });

  test.each<[Partial<RuleFileSettings>, object]>([
    [{ target: "mimir" }, { namespace: "slowburn", groups: expect.any(Array) as unknown }],
    [{ target: "vm" }, { groups: expect.any(Array) as unknown }],
    [
      { wrapper: "PrometheusRule" },
      { kind: "PrometheusRule", spec: { groups: expect.any(Array) as unknown } },
    ],
  ])("for %j", (settings, expected) => {
    expect(parse(text(settings))).toMatchObject(expected);
  });

  test("for Thanos takes no partial answers", () => {
    const { groups } = parse(text({ target: "thanos" })) as { groups: Record<string, unknown>[] };
    expect(groups.map((group) => group["partial_response_strategy"])).toEqual([
      "abort",
      "abort",
      "abort",
    ]);
  });
});
