import { describe, expect, test } from "vitest";
import { Engine, OVERFLOW_VALUE, type SeriesDescriptor } from "../../src/engine/index.ts";
import { MetricKind, Temporality } from "../../src/otlp/index.ts";
import type { Indicator, Matcher, Measure, Term } from "../../src/slo/index.ts";
import { EVENTS, seriesOf, sloOf } from "./fixtures.ts";

const START = 1_700_000_000_000;

function engineWith(...slos: Parameters<typeof sloOf>[0][]): Engine {
  const engine = new Engine({ bucketMs: 10_000, startMs: START });
  engine.setRules(slos.map(sloOf), START);
  return engine;
}
const eventsOf = (metric: string, where: readonly Matcher[] = []): Indicator => ({
  kind: "events",
  total: { metric, where },
  count: "bad",
  when: [{ kind: "matches", key: "status", pattern: "5.." }],
});
const latencyOf = (thresholdNanos: number, metric = "http.server.request.duration"): Indicator => ({
  kind: "latency",
  total: { metric, where: [] },
  thresholdNanos,
});
const HISTOGRAM: Partial<SeriesDescriptor["metric"]> = {
  name: "http.server.request.duration",
  unit: "s",
  kind: MetricKind.histogram,
  isMonotonic: false,
};

describe("events", () => {
  test.each([
    [{ status: "500" }, 0],
    [{ status: 500 }, 0], // compares by text
    [{ status: "200" }, 1],
    [{ status: "5000" }, 1], // patterns are anchored
    [{}, 1], // an absent attribute matches no pattern
  ] as const)("%j is counted with goodWeight %i", (attributes, goodWeight) => {
    const { targets } = engineWith({}).bind(seriesOf(attributes));
    expect(targets).toEqual([{ stream: 0, goodWeight, totalWeight: 1, threshold: -1 }]);
  });

  test("good events instead of bad ones", () => {
    const engine = engineWith({ indicator: { ...EVENTS, count: "good" } as Indicator });
    expect(engine.bind(seriesOf({ status: "500" })).targets[0]?.goodWeight).toBe(1);
    expect(engine.bind(seriesOf({ status: "200" })).targets[0]?.goodWeight).toBe(0);
  });

  test.each([
    ["a monotonic sum", { kind: MetricKind.sum, isMonotonic: true }, true],
    ["a histogram", { kind: MetricKind.histogram, isMonotonic: false }, true],
    ["an exponential histogram", { kind: MetricKind.exponentialHistogram }, true],
    ["a summary", { kind: MetricKind.summary }, true],
    ["a gauge", { kind: MetricKind.gauge, isMonotonic: false }, false],
    ["a sum that can fall", { kind: MetricKind.sum, isMonotonic: false }, false],
  ] as const)("%s", (_, metric, binds) => {
    const engine = engineWith({});
    expect(engine.bind(seriesOf({}, metric)).targets.length > 0).toBe(binds);
    expect(engine.notesOf("shop/availability").length).toBe(binds ? 0 : 1);
  });

  test("a series of a metric that no rule names binds to nothing", () => {
    const binding = engineWith({}).bind(seriesOf({}, { name: "other" }));
    expect(binding).toEqual({ targets: [], thresholds: [] });
  });
});

describe("names", () => {
  test.each([
    ["http.server.request.duration", true],
    ["http_server_request_duration_seconds_count", true],
    ["http_server_request_duration_seconds_bucket", true],
    ["http_server_request_duration_seconds", true],
    ["http_server_request_duration_seconds_sum", false],
    ["http_server_request_duration_seconds_total", false],
  ])("a rule on %s takes the histogram: %s", (metric, binds) => {
    const engine = engineWith({ indicator: eventsOf(metric) });
    expect(engine.bind(seriesOf({}, HISTOGRAM)).targets.length > 0).toBe(binds);
  });
});

describe("matchers", () => {
  const attributes = {
    "http.route": "/pay",
    "http.response.status_code": 404,
    retry: true,
    empty: "",
    "service.name": "checkout",
    "service.namespace": "shop",
  };
  test.each<[Matcher, boolean]>([
    [{ kind: "in", key: "http.route", values: ["/pay", "/cart"] }, true],
    [{ kind: "in", key: "http_route", values: ["/pay"] }, true],
    [{ kind: "in", key: "http.response.status_code", values: ["404"] }, true],
    [{ kind: "in", key: "retry", values: ["true"] }, true],
    [{ kind: "in", key: "absent", values: [""] }, false],
    [{ kind: "in", key: "job", values: ["shop/checkout"] }, true],
    [{ kind: "notIn", key: "http.route", values: ["/healthz"] }, true],
    [{ kind: "notIn", key: "http.route", values: ["/pay"] }, false],
    [{ kind: "notIn", key: "absent", values: ["x"] }, true],
    [{ kind: "matches", key: "http.route", pattern: "/p.*" }, true],
    [{ kind: "matches", key: "http.route", pattern: "pay" }, false],
    [{ kind: "matches", key: "absent", pattern: ".*" }, false],
    [{ kind: "notMatches", key: "http.route", pattern: "/p.*" }, false],
    [{ kind: "notMatches", key: "absent", pattern: ".*" }, true],
    [{ kind: "exists", key: "empty", exists: true }, true],
    [{ kind: "exists", key: "absent", exists: true }, false],
    [{ kind: "exists", key: "absent", exists: false }, true],
    [{ kind: "compare", key: "http.response.status_code", op: ">=", value: 404 }, true],
    [{ kind: "compare", key: "http.response.status_code", op: ">", value: 404 }, false],
    [{ kind: "compare", key: "http.response.status_code", op: "<", value: 500 }, true],
    [{ kind: "compare", key: "http.response.status_code", op: "<=", value: 403 }, false],
    [{ kind: "compare", key: "http.route", op: ">", value: 0 }, false],
    [{ kind: "compare", key: "empty", op: ">=", value: 0 }, false],
    [{ kind: "compare", key: "absent", op: "<", value: 1 }, false],
    // as PromQL: what is absent is the empty text
    [{ kind: "in", key: "absent", values: [""], absentIsEmpty: true }, true],
    [{ kind: "notIn", key: "absent", values: [""], absentIsEmpty: true }, false],
    [{ kind: "matches", key: "absent", pattern: ".*", absentIsEmpty: true }, true],
    [{ kind: "notMatches", key: "absent", pattern: "x|", absentIsEmpty: true }, false],
    [{ kind: "in", key: "http.route", values: ["/pay"], absentIsEmpty: true }, true],
  ])("%j: %s", (matcher, matches) => {
    const engine = engineWith({ indicator: eventsOf("http.requests", [matcher]) });
    expect(engine.bind(seriesOf(attributes)).targets.length > 0).toBe(matches);
  });

  test("a rule in OpenTelemetry's spelling takes attributes that came in Prometheus's", () => {
    const where: Matcher[] = [{ kind: "in", key: "http.route", values: ["/pay"] }];
    const engine = engineWith({ indicator: eventsOf("http.requests", where) });
    expect(engine.bind(seriesOf({ http_route: "/pay" })).targets).toHaveLength(1);
  });
});

describe("latency", () => {
  test.each([
    [250_000_000, "s", 0.25],
    [100_000_000, "s", 0.1],
    [250_000_000, "ms", 250],
    [1_500_000, "us", 1500],
    [1500, "ns", 1500],
    [90_000_000_000, "min", 1.5],
    [5_400_000_000_000, "h", 1.5],
  ])("%i ns of a metric in %s is %d", (nanos, unit, expected) => {
    const engine = engineWith({ indicator: latencyOf(nanos) });
    const { targets, thresholds } = engine.bind(seriesOf({}, { ...HISTOGRAM, unit }));
    expect(thresholds).toEqual([expected]);
    expect(targets).toEqual([{ stream: 0, goodWeight: 1, totalWeight: 1, threshold: 0 }]);
    expect(engine.notesOf("shop/availability")).toEqual([]);
  });

  test.each([
    ["rpc_duration_milliseconds", 250, 0],
    ["rpc_duration_seconds", 0.25, 0],
    ["rpc.latency.ms", 250, 0],
    ["rpc.latency", 0.25, 1], // seconds, with a note
  ])("without a unit, the name %s decides", (name, expected, noteCount) => {
    const engine = engineWith({ indicator: latencyOf(250_000_000, name) });
    const { thresholds } = engine.bind(seriesOf({}, { ...HISTOGRAM, name, unit: "" }));
    expect(thresholds).toEqual([expected]);
    expect(engine.notesOf("shop/availability")).toHaveLength(noteCount);
  });

  test("of over 32 thresholds the first of the rules count, and the notes name the others", () => {
    const engine = engineWith(
      ...Array.from({ length: 34 }, (_, i) => ({
        id: `shop/t${i}`,
        indicator: latencyOf((34 - i) * 1e8),
      })),
    );
    const { targets, thresholds } = engine.bind(seriesOf({}, HISTOGRAM));
    expect(thresholds).toHaveLength(32);
    expect(targets).toHaveLength(32);
    expect(targets.every(({ threshold }) => threshold >= 0)).toBe(true);
    expect(thresholds[0]).toBe(0.3); // those of the last two SLOs are 0.2 and 0.1
    expect(["shop/t31", "shop/t32", "shop/t33"].map((id) => engine.notesOf(id).length)).toEqual([
      0, 1, 1,
    ]);
  });

  test("thresholds of several SLOs are ascending, each once", () => {
    const engine = engineWith(
      { id: "a/slow", indicator: latencyOf(1_000_000_000) },
      { id: "a/fast", indicator: latencyOf(100_000_000) },
      { id: "a/again", indicator: latencyOf(1_000_000_000) },
      { id: "a/errors", indicator: eventsOf(HISTOGRAM.name!) },
    );
    const { targets, thresholds } = engine.bind(seriesOf({ status: "500" }, HISTOGRAM));
    expect(thresholds).toEqual([0.1, 1]);
    expect(targets.map((target) => target.threshold)).toEqual([1, 0, 1, -1]);
  });

  test("a counter cannot tell latency, and the SLO says so", () => {
    const engine = engineWith({ indicator: latencyOf(1, "http.requests") });
    expect(engine.bind(seriesOf()).targets).toEqual([]);
    expect(engine.notesOf("shop/availability")[0]).toContain("no histogram");
  });
});

describe("two counters", () => {
  const counters = (count: "good" | "bad", part: string): Indicator => ({
    kind: "counters",
    total: { metric: "requests", where: [] },
    count,
    part: { metric: part, where: [{ kind: "in", key: "kind", values: ["x"] }] },
  });
  test.each([
    ["good", [0, 1], [1, 0]],
    ["bad", [1, 1], [-1, 0]],
  ] as const)("the part counts %s events", (count, total, part) => {
    const engine = engineWith({ indicator: counters(count, "part") });
    const signs = (name: string) =>
      engine
        .bind(seriesOf({ kind: "x" }, { name }))
        .targets.map((target) => [target.goodWeight, target.totalWeight]);
    expect(signs("requests")).toEqual([total]);
    expect(signs("part")).toEqual([part]);
  });

  test("one series that is both total and part books once", () => {
    const engine = engineWith({ indicator: counters("good", "requests") });
    const bind = (kind: string) => engine.bind(seriesOf({ kind }, { name: "requests" })).targets;
    expect(bind("x").map((target) => [target.goodWeight, target.totalWeight])).toEqual([[1, 1]]);
    expect(bind("y").map((target) => [target.goodWeight, target.totalWeight])).toEqual([[0, 1]]);
  });
});

describe("sums", () => {
  const increase = { kind: "increase" } as const;
  const term = (metric: string, measure: Measure, weight = 1, where: Matcher[] = []): Term => ({
    metric,
    where,
    weight,
    measure,
  });
  const bad = (part: readonly Term[], total: readonly Term[]): Indicator => ({
    kind: "sums",
    total,
    count: "bad",
    part,
  });
  const targetsOf = (
    indicator: Indicator,
    attributes: Record<string, string>,
    metric: Partial<SeriesDescriptor["metric"]>,
  ) =>
    engineWith({ indicator })
      .bind(seriesOf(attributes, metric))
      .targets.map(({ goodWeight, totalWeight, threshold, sample }) => ({
        weights: [goodWeight, totalWeight],
        ...(threshold < 0 ? {} : { threshold }),
        ...(sample === undefined ? {} : { sample }),
      }));
  const GAUGE = { name: "temperature", unit: "", kind: MetricKind.gauge, isMonotonic: false };

  test("errors that are a part of the total book once, as bad events", () => {
    const is5xx: Matcher = { kind: "matches", key: "code", pattern: "5.." };
    const indicator = bad([term("r", increase, 1, [is5xx])], [term("r", increase)]);
    expect(targetsOf(indicator, { code: "500" }, { name: "r" })).toEqual([{ weights: [0, 1] }]);
    expect(targetsOf(indicator, { code: "200" }, { name: "r" })).toEqual([{ weights: [1, 1] }]);
  });

  test("count less bucket is a latency: one target, whose bound is in the metric's own unit", () => {
    const slow = [term("h", increase), term("h", { kind: "atMost", bound: 250 }, -1)];
    const metric = { ...HISTOGRAM, name: "h", unit: "ms" };
    const { targets, thresholds } = engineWith({
      indicator: bad(slow, [term("h", increase)]),
    }).bind(seriesOf({}, metric));
    expect(thresholds).toEqual([250]);
    expect(targets).toEqual([{ stream: 0, goodWeight: 1, totalWeight: 1, threshold: 0 }]);
  });

  test("a bucket in the total counts itself there, not all events of its histogram", () => {
    const fast = [term("h", { kind: "atMost", bound: 1 })];
    const inTime = [term("h", { kind: "atMost", bound: 10 })];
    const { targets, thresholds } = engineWith({
      indicator: { ...bad(fast, inTime), count: "good" } as Indicator,
    }).bind(seriesOf({}, { ...HISTOGRAM, name: "h" }));
    expect(thresholds).toEqual([1, 10]);
    expect(targets).toEqual([
      { stream: 0, goodWeight: 0, totalWeight: 1, threshold: 1, isTotalCut: true },
      { stream: 0, goodWeight: 1, totalWeight: 0, threshold: 0, isTotalCut: true },
    ]);
  });

  test("terms that cancel bind to nothing", () => {
    const indicator = bad([term("r", increase)], [term("r", increase), term("r", increase, -1)]);
    expect(targetsOf(indicator, {}, { name: "r" })).toEqual([{ weights: [-1, 0] }]);
    const both = bad([term("r", increase, -1)], [term("r", increase), term("r", increase, -1)]);
    expect(targetsOf({ ...both, part: [] } as Indicator, {}, { name: "r" })).toEqual([]);
  });

  test("a gauge's points count one, one where they hold, or their value", () => {
    const total = [term("temperature", { kind: "samples" })];
    const hot = { op: ">", value: 30 } as const;
    expect(
      targetsOf(bad([term("temperature", { kind: "samples", holds: hot })], total), {}, GAUGE),
    ).toEqual([
      { weights: [1, 1], sample: { kind: "one" } },
      { weights: [-1, 0], sample: { kind: "holds", ...hot } },
    ]);
    const mean: Indicator = {
      kind: "sums",
      total,
      count: "good",
      part: [term("temperature", { kind: "values" })],
    };
    expect(targetsOf(mean, {}, GAUGE)).toEqual([
      { weights: [0, 1], sample: { kind: "one" } },
      { weights: [1, 0], sample: { kind: "value" } },
    ]);
  });

  test.each([
    ["a gauge", { kind: MetricKind.gauge }, 1],
    ["a sum that can fall", { kind: MetricKind.sum, isMonotonic: false }, 1],
    [
      "a delta sum that can fall",
      { kind: MetricKind.sum, isMonotonic: false, temporality: Temporality.delta },
      0,
    ],
    ["a counter", { kind: MetricKind.sum, isMonotonic: true }, 0],
    ["a histogram", { kind: MetricKind.histogram }, 0],
  ] as const)("values of %s", (_, metric, count) => {
    const engine = engineWith({ indicator: bad([], [term("m", { kind: "values" })]) });
    const { targets } = engine.bind(seriesOf({}, { ...metric, name: "m", unit: "" }));
    expect(targets).toHaveLength(count);
    expect(engine.notesOf("shop/availability")).toHaveLength(1 - count);
  });
});

describe("groups", () => {
  const grouped = (groupLimit: number) => engineWith({ per: ["http.route"], groupLimit });
  const streamOf = (engine: Engine, attributes: Record<string, string | boolean>) =>
    engine.bind(seriesOf(attributes)).targets.map((target) => target.stream);

  test("appear with their first series, and an absent attribute is a group of its own", () => {
    const engine = grouped(10);
    expect(engine.streamsOf("shop/availability")).toEqual([]);
    expect(streamOf(engine, { "http.route": "/a" })).toEqual([0]);
    expect(streamOf(engine, { "http.route": "/b" })).toEqual([1]);
    expect(streamOf(engine, { "http.route": "/a", status: "500" })).toEqual([0]);
    expect(streamOf(engine, {})).toEqual([2]);
    expect(engine.streamsOf("shop/availability").map((stream) => stream.key)).toEqual([
      'shop/availability{http.route="/a"}',
      'shop/availability{http.route="/b"}',
      'shop/availability{http.route=""}',
    ]);
  });

  test("over the limit are counted together, and that is said", () => {
    const engine = grouped(2);
    expect(
      ["/a", "/b", "/c", "/d"].map((route) => streamOf(engine, { "http.route": route })),
    ).toEqual([[0], [1], [2], [2]]);
    const overflow = engine.streamsOf("shop/availability")[2]!;
    expect(overflow.group).toEqual([OVERFLOW_VALUE]);
    expect(engine.read(overflow.index).integrity).toEqual({
      kind: "partial",
      reasons: ["groups beyond the limit of 2 are counted together"],
    });
    expect(engine.shards[0]!.isPartial!.slice(0, 3)).toEqual(Uint8Array.of(0, 0, 1));
  });

  test("what the sender folded itself goes to the overflow group", () => {
    const engine = grouped(2);
    const [stream] = streamOf(engine, { "otel.metric.overflow": true });
    expect(engine.stream(stream!).group).toEqual([OVERFLOW_VALUE]);
    expect(engine.read(stream!).integrity.kind).toBe("partial");
  });

  test("the engine's own limit folds groups too; an SLO beyond it is not counted, and that is said", () => {
    const engine = new Engine({ bucketMs: 10_000, startMs: START, maxStreams: 1 });
    const slos = [
      sloOf({ id: "a/grouped", per: ["http.route"] }),
      sloOf({ id: "a/plain" }),
      sloOf({ id: "a/late" }),
    ];
    const { notes } = engine.setRules(slos, START);
    expect(notes).toEqual(["a/late: no stream is left for it, so it is not counted"]);
    engine.bind(seriesOf({ "http.route": "/a" }));
    expect(engine.streamsOf("a/grouped").map((stream) => stream.group)).toEqual([[OVERFLOW_VALUE]]);
    expect(engine.streamsOf("a/late")).toEqual([]);
  });
});
