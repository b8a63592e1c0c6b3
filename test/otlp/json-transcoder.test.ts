/** OTLP/JSON: every kind of value, the leniencies we grant, and what is refused with its path. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MalformedRequest, MetricsDecoder, transcodeJson } from "../../src/otlp/index.ts";
import { RecordingSink } from "./recording-sink.ts";
import { attributes, buildRequest } from "./request-builder.ts";

const decoder = new MetricsDecoder();

function decode(json: unknown): RecordingSink {
  const sink = new RecordingSink();
  const text = typeof json === "string" ? json : JSON.stringify(json);
  decoder.decode(transcodeJson(Buffer.from(text)).request, sink);
  return sink;
}

const metricOf = (metric: object): object => ({
  resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }],
});
const pointOf = (point: object): object => metricOf({ name: "m", sum: { dataPoints: [point] } });
const hexOf = (bytes: readonly number[]): string => Buffer.from(bytes).toString("hex");

function refusal(json: unknown): MalformedRequest {
  try {
    decode(json);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedRequest);
    return error as MalformedRequest;
  }
  throw new Error("accepted");
}

test("a request of all kinds means the same as its protobuf", () => {
  const shared = { startTimeUnixNano: "1", timeUnixNano: "1700000000123456789" };
  const json = {
    resourceMetrics: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "checkout" } }] },
        scopeMetrics: [
          {
            scope: { name: "lib", version: "1" },
            metrics: [
              {
                name: "requests",
                unit: "1",
                sum: {
                  dataPoints: [{ ...shared, asInt: "9007199254740993", flags: 1 }],
                  aggregationTemporality: 1,
                  isMonotonic: true,
                },
              },
              {
                name: "latency",
                histogram: {
                  dataPoints: [
                    {
                      ...shared,
                      count: 3,
                      bucketCounts: ["1", 2],
                      explicitBounds: [0.5],
                      min: 0,
                      max: 1,
                    },
                  ],
                  aggregationTemporality: 2,
                },
              },
              {
                name: "exponential",
                exponentialHistogram: {
                  dataPoints: [
                    {
                      ...shared,
                      count: "6",
                      scale: -2,
                      zeroCount: "1",
                      positive: { offset: -7, bucketCounts: ["2", "3"] },
                    },
                  ],
                  aggregationTemporality: 2,
                },
              },
              { name: "summary", summary: { dataPoints: [{ ...shared, count: "4", sum: 2.5 }] } },
            ],
          },
        ],
      },
    ],
  };
  const times = { start: 1n, time: 1_700_000_000_123_456_789n };
  const expected = new RecordingSink();
  decoder.decode(
    buildRequest({
      resource: { "service.name": "checkout" },
      scope: { name: "lib", version: "1" },
      metrics: [
        {
          name: "requests",
          unit: "1",
          sum: {
            temporality: "delta",
            points: [{ ...times, int: 9_007_199_254_740_993n, flags: 1 }],
          },
        },
        {
          name: "latency",
          histogram: { points: [{ ...times, counts: [1, 2], bounds: [0.5], min: 0, max: 1 }] },
        },
        {
          name: "exponential",
          exponentialHistogram: {
            points: [
              { ...times, scale: -2, zeroCount: 1, positive: { offset: -7, counts: [2, 3] } },
            ],
          },
        },
        { name: "summary", summary: { points: [{ ...times, count: 4, sum: 2.5 }] } },
      ],
    }),
    expected,
  );
  expect(decode(json).calls).toEqual(expected.calls);
});

test("quoted 64-bit integers keep every digit", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (nanos) => {
      expect(decode(pointOf({ timeUnixNano: String(nanos) })).of("number")[0]!["time"]).toBe(nanos);
    }),
  );
});

test("times as numbers are taken as far as JSON can say them", () => {
  const [found] = decode(pointOf({ timeUnixNano: 1_700_000_000_000_000_000 })).of("number");
  expect(found!["time"]).toBe(1_700_000_000_000_000_000n);
});

test.each([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["1e-3", 0.001],
  [2.5, 2.5],
  [0, 0],
])("asDouble %j is %d", (asDouble, expected) => {
  expect(decode(pointOf({ asDouble })).of("number")).toMatchObject([
    { value: expected, hasValue: true },
  ]);
});

test("attribute values of every kind", () => {
  const values = {
    stringValue: "é\u{1f600}",
    boolValue: false,
    intValue: "-9223372036854775808",
    doubleValue: 0.5,
    bytesValue: "AQ-_",
    arrayValue: { values: [{ intValue: 1 }, {}, { arrayValue: {} }] },
    kvlistValue: { values: [{ key: "k", value: { stringValue: "v" } }] },
  };
  const json = Object.entries(values).map(([kind, value]) => ({
    key: kind,
    value: { [kind]: value },
  }));
  const sent = attributes(7, {
    stringValue: "é\u{1f600}",
    boolValue: false,
    intValue: -(2n ** 63n),
    doubleValue: 0.5,
    bytesValue: Uint8Array.of(1, 0x0f, 0xbf),
    arrayValue: [1, null, []],
    kvlistValue: { k: "v" },
  });
  expect(decode(pointOf({ attributes: json })).of("number")).toMatchObject([
    { attributes: hexOf(sent), attributeCount: 7 },
  ]);
});

test("null is absent, unknown keys are ignored however deep they go, snake_case and enum names pass", () => {
  const deep = `${"[".repeat(5_000)}${"]".repeat(5_000)}`;
  const sink =
    decode(`{"schema": ${deep}, "__proto__": {"x": 1}, "constructor": [], "resource_metrics": [{
    "resource": null, "toString": 1, "scope_metrics": [{"metrics": [{"name": "m", "unit": null, "sum": {
      "aggregation_temporality": "AGGREGATION_TEMPORALITY_CUMULATIVE", "is_monotonic": true,
      "data_points": [{"time_unix_nano": "5", "asInt": null, "as_int": 3, "hasOwnProperty": {}}]}}]}]}]}`);
  expect(sink.of("metric")).toMatchObject([{ temporality: 2, isMonotonic: true, unit: "" }]);
  expect(sink.of("number")).toMatchObject([{ time: 5n, value: 3 }]);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

test("exemplars pass through with hexadecimal ids", () => {
  const exemplars = [
    { traceId: "0AF7651916cd43dd8448eb211c80319c", spanId: "", asDouble: 1, timeUnixNano: "1" },
  ];
  expect(decode(pointOf({ asInt: 1, exemplars })).of("number")).toMatchObject([{ value: 1 }]);
  expect(refusal(pointOf({ exemplars: [{ traceId: "xyz" }] })).path).toMatch(
    /exemplars\[0\]\.traceId$/,
  );
});

test.each([
  ["[]", ""],
  ["null", ""],
  ["", ""],
  ["{", ""],
  ['{"resourceMetrics": {}}', "resourceMetrics"],
  ['{"resourceMetrics": [1]}', "resourceMetrics[0]"],
  ['{"resourceMetrics": [null]}', "resourceMetrics[0]"],
])("%s is refused at %j", (text, path) => {
  expect(refusal(text).path).toBe(path);
});

const AT = "resourceMetrics[0].scopeMetrics[0].metrics[0].sum.dataPoints[0]";
test.each([
  [{ asInt: "1.5" }, "asInt: is not an integer"],
  [{ asInt: 1.5 }, "asInt: is not an integer"],
  [{ asInt: true }, "asInt: is not an integer"],
  [{ asInt: "0x10" }, "asInt: is not an integer"],
  [{ asInt: "9223372036854775808" }, "asInt: does not fit sfixed64"],
  [{ timeUnixNano: "-1" }, "timeUnixNano: does not fit fixed64"],
  [{ timeUnixNano: "18446744073709551616" }, "timeUnixNano: does not fit fixed64"],
  [{ asDouble: "many" }, "asDouble: is not a number"],
  [{ asDouble: "" }, "asDouble: is not a number"],
  [{ flags: -1 }, "flags: does not fit uint32"],
  [{ attributes: [{ key: 5 }] }, "attributes[0].key: is not a string"],
  [
    { attributes: [{ key: "k", value: { boolValue: "true" } }] },
    "attributes[0].value.boolValue: is not true",
  ],
  [
    { attributes: [{ key: "k", value: { bytesValue: "*" } }] },
    "attributes[0].value.bytesValue: is not base64",
  ],
])("a point with %j is refused by its path", (point, expected) => {
  expect(refusal(pointOf(point)).message).toContain(`${AT}.${expected}`);
});

test("values nest 16 levels and no deeper", () => {
  const nested = (levels: number): object =>
    levels === 1 ? { intValue: 1 } : { arrayValue: { values: [nested(levels - 1)] } };
  const json = (levels: number): object =>
    pointOf({ attributes: [{ key: "k", value: nested(levels) }] });
  expect(decode(json(16)).of("number")).toHaveLength(1);
  expect(refusal(json(17)).message).toContain("nested deeper than 16 levels");
  expect(refusal(json(1_000)).message).toContain("nested deeper than 16 levels");
});

test("bytes that are not UTF-8 are refused", () => {
  expect(() => transcodeJson(Uint8Array.of(0x7b, 0xff, 0x7d))).toThrow(MalformedRequest);
});

test("JSON without anything of OTLP is answered with a warning that names what was there", () => {
  expect(transcodeJson("{}").warning).toBe("");
  expect(transcodeJson('{"resourceMetrics": [], "extra": 1}').warning).toBe("");
  expect(transcodeJson('{"resourceSpans": []}').warning).toContain('"resourceSpans"');
});

test("mutated JSON is taken or refused, and never anything else", () => {
  const original = JSON.stringify(
    pointOf({
      asInt: "5",
      timeUnixNano: "1",
      attributes: [{ key: "k", value: { bytesValue: "AQ==" } }],
    }),
  );
  const replacement = fc.constantFrom(
    "",
    "null",
    "1",
    '"x"',
    "[",
    "}",
    "-1e400",
    "\\u0000",
    "true",
  );
  fc.assert(
    fc.property(fc.nat(original.length), fc.nat(9), replacement, (at, size, put) => {
      try {
        decode(original.slice(0, at) + put + original.slice(at + size));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedRequest);
      }
    }),
    { numRuns: 2_000, seed: 13 },
  );
});
