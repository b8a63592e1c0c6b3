/** What the decoder makes of well-formed requests, in every order protobuf allows. */
import { expect, test } from "vitest";
import { MAX_ATTRIBUTES, MetricKind, MetricsDecoder, Temporality } from "../../src/otlp/index.ts";
import { RecordingSink, type Call } from "./recording-sink.ts";
import {
  attributes,
  buildRequest,
  double,
  fixed64,
  message,
  sint,
  tag,
  text,
  uint,
  varint,
  type AttributeValue,
} from "./request-builder.ts";

const decoder = new MetricsDecoder();

function decode(bytes: Iterable<number>, wants?: (name: string) => boolean): RecordingSink {
  const sink = new RecordingSink(wants);
  decoder.decode(Uint8Array.from(bytes), sink);
  return sink;
}

/** One metric in one scope of one resource, from the bytes of the Metric. */
const requestOf = (...metrics: (readonly number[])[]): readonly number[] =>
  message(
    1,
    message(
      2,
      metrics.flatMap((it) => [...message(2, it)]),
    ),
  );
const sumOf = (...fields: (readonly number[])[]): readonly number[] =>
  requestOf([...text(1, "m"), ...message(7, fields.flat())]);
const hexOf = (bytes: readonly number[]): string => Buffer.from(bytes).toString("hex");
const point = (bytes: Iterable<number>): Call => {
  const points = decode(bytes).calls.filter(
    (it) => !["resource", "scope", "metric"].includes(it.call),
  );
  expect(points).toHaveLength(1);
  return points[0]!;
};

test("an empty request, and empty envelopes, have no points", () => {
  expect(decode([]).calls).toEqual([]);
  expect(decode(message(1, [])).calls).toEqual([{ call: "resource", message: "" }]);
  expect(decode(requestOf(text(1, "no data"))).of("metric")).toEqual([]);
});

test("a sum tells its name, unit, kind, temporality, values and times in 64 bits", () => {
  const { calls } = decode(
    buildRequest({
      resource: { "service.name": "checkout" },
      scope: { name: "lib", version: "2" },
      metrics: [
        {
          name: "requests",
          unit: "{request}",
          sum: {
            temporality: "delta",
            points: [
              {
                attributes: { code: 200 },
                start: 1_700_000_000_123_456_789n,
                time: 2n ** 63n + 7n,
                int: -5,
              },
              { time: 3, double: 2.5, flags: 1 },
              { time: 4 },
            ],
          },
        },
      ],
    }),
  );
  const unset = { attributes: "", attributeCount: 0, start: 0n, flags: 0 };
  expect(calls).toEqual([
    { call: "resource", message: hexOf(attributes(1, { "service.name": "checkout" })) },
    { call: "scope", message: hexOf([...text(1, "lib"), ...text(2, "2")]) },
    {
      call: "metric",
      name: "requests",
      unit: "{request}",
      kind: MetricKind.sum,
      temporality: Temporality.delta,
      isMonotonic: true,
    },
    {
      call: "number",
      attributes: hexOf(attributes(7, { code: 200 })),
      attributeCount: 1,
      start: 1_700_000_000_123_456_789n,
      time: 2n ** 63n + 7n,
      flags: 0,
      value: -5,
      hasValue: true,
    },
    { call: "number", ...unset, time: 3n, flags: 1, value: 2.5, hasValue: true },
    { call: "number", ...unset, time: 4n, value: NaN, hasValue: false },
  ]);
});

test.each([
  [2n ** 53n, 2 ** 53],
  [2n ** 53n + 1n, 2 ** 53],
  [2n ** 53n + 3n, 2 ** 53 + 4],
  [2n ** 63n - 1n, 2 ** 63],
  [-(2n ** 63n), -(2 ** 63)],
  [-1n, -1],
])("as_int %s is the nearest double", (int, expected) => {
  expect(point(sumOf(message(1, fixed64(6, int)))).value).toBe(expected);
});

test("the last of as_double and as_int counts", () => {
  expect(point(sumOf(message(1, [...double(4, 1.5), ...fixed64(6, 2)]))).value).toBe(2);
  expect(point(sumOf(message(1, [...fixed64(6, 2), ...double(4, 1.5)]))).value).toBe(1.5);
});

test("a histogram hands on its packed counts and bounds", () => {
  const request = buildRequest({
    metrics: [
      {
        name: "latency",
        histogram: {
          points: [
            { time: 1, counts: [1, 2 ** 40, 3], bounds: [0.25, Infinity], sum: 9, min: 0, max: 8 },
            { time: 2, count: 7 },
          ],
        },
      },
    ],
  });
  expect(decode(request).of("histogram")).toMatchObject([
    { count: 2 ** 40 + 4, counts: [1, 2 ** 40, 3], bounds: [0.25, Infinity], min: 0, max: 8 },
    { count: 7, counts: [], bounds: [], min: NaN, max: NaN },
  ]);
});

test("an exponential histogram hands on both sides, and nothing of the point before", () => {
  const request = buildRequest({
    metrics: [
      {
        name: "latency",
        exponentialHistogram: {
          temporality: "delta",
          points: [
            {
              attributes: { a: "b" },
              time: 1,
              scale: -3,
              zeroCount: 4,
              zeroThreshold: 0.5,
              positive: { offset: -3_207_483, counts: [1, 300, 2 ** 45] },
              negative: { offset: 2, counts: [6] },
              min: -1,
              max: 5,
            },
            { time: 2, scale: 20 },
          ],
        },
      },
    ],
  });
  expect(decode(request).of("exponential")).toMatchObject([
    {
      count: 2 ** 45 + 311,
      scale: -3,
      zeroCount: 4,
      zeroThreshold: 0.5,
      positiveOffset: -3_207_483,
      positive: [1, 300, 2 ** 45],
      negativeOffset: 2,
      negative: [6],
      min: -1,
      max: 5,
    },
    {
      attributes: "",
      attributeCount: 0,
      count: 0,
      scale: 20,
      zeroCount: 0,
      zeroThreshold: 0,
      positiveOffset: 0,
      positive: [],
      negativeOffset: 0,
      negative: [],
      min: NaN,
      max: NaN,
    },
  ]);
});

test("a summary has its count", () => {
  const request = buildRequest({
    metrics: [{ name: "s", summary: { points: [{ time: 1, count: 9 }] } }],
  });
  expect(decode(request).of("summary")).toMatchObject([{ count: 9 }]);
});

test("nothing leaks from one metric into the next", () => {
  const request = buildRequest({
    metrics: [
      { name: "a", unit: "s", sum: { temporality: "delta", points: [{ time: 1, int: 1 }] } },
      { name: "b", gauge: { points: [{ time: 1, int: 1 }] } },
      { name: "c", sum: { temporality: "unspecified", isMonotonic: false, points: [] } },
    ],
  });
  expect(decode(request).of("metric").slice(1)).toEqual([
    {
      call: "metric",
      name: "b",
      unit: "",
      kind: MetricKind.gauge,
      temporality: 0,
      isMonotonic: false,
    },
    {
      call: "metric",
      name: "c",
      unit: "",
      kind: MetricKind.sum,
      temporality: 0,
      isMonotonic: false,
    },
  ]);
});

test("an owner that has no resource or scope does not inherit the one before", () => {
  const request = buildRequest(
    { resource: { a: 1 }, scope: { name: "s" }, metrics: [] },
    { metrics: [] },
  );
  const { calls } = decode(request);
  expect(calls.slice(2)).toEqual([
    { call: "resource", message: "" },
    { call: "scope", message: "" },
  ]);
});

test("resource, scope, name, unit and temporality may follow what they belong to", () => {
  const sum = message(7, [...message(1, fixed64(6, 1)), ...uint(3, 1), ...uint(2, 2)]);
  const metric = message(2, [...sum, ...text(3, "s"), ...text(1, "late")]);
  const scopeMetrics = message(2, [...metric, ...message(1, text(1, "lib"))]);
  const request = message(1, [...scopeMetrics, ...message(1, attributes(1, { a: 1 }))]);
  expect(decode(request).calls.slice(0, 3)).toEqual([
    { call: "resource", message: hexOf(attributes(1, { a: 1 })) },
    { call: "scope", message: hexOf(text(1, "lib")) },
    {
      call: "metric",
      name: "late",
      unit: "s",
      kind: MetricKind.sum,
      temporality: Temporality.cumulative,
      isMonotonic: true,
    },
  ]);
});

test("a resource or scope that comes in parts is merged", () => {
  const parts = [{ a: 1 }, { b: 2 }].map((it) => message(1, attributes(1, it)));
  const request = message(1, [...parts[0]!, ...message(2, []), ...parts[1]!]);
  expect(decode(request).of("resource")).toEqual([
    { call: "resource", message: hexOf(attributes(1, { a: 1, b: 2 })) },
  ]);
});

test("data of one kind that comes in parts is merged, its settings too", () => {
  const parts = [
    message(7, message(1, fixed64(6, 1))),
    text(1, "m"),
    message(7, [...uint(2, 1), ...message(1, fixed64(6, 2))]),
    message(7, uint(3, 1)),
  ];
  const sink = decode(requestOf(parts.flat()));
  expect(sink.of("metric")).toMatchObject([{ temporality: Temporality.delta, isMonotonic: true }]);
  expect(sink.of("number").map((it) => it.value)).toEqual([1, 2]);
});

test("data of another kind replaces what came before it", () => {
  const gauge = message(5, message(1, fixed64(6, 1)));
  const sum = (value: number): readonly number[] => message(7, message(1, fixed64(6, value)));
  const sink = decode(requestOf([...sum(1), ...gauge, ...sum(2)]));
  expect(sink.of("metric")).toMatchObject([{ kind: MetricKind.sum }]);
  expect(sink.of("number").map((it) => it.value)).toEqual([2]);
});

test("numbers that are not packed, or packed in pieces, are put together in order", () => {
  const counts = [fixed64(6, 1), message(6, fixed64(0, 2).slice(1)), fixed64(6, 3)].flat();
  const bounds = [message(7, double(0, 0.5).slice(1)), double(7, 1.5)].flat();
  const fields = [...counts.slice(0, 9), ...bounds, ...counts.slice(9)];
  const histogram = requestOf([...message(9, message(1, fields))]);
  expect(point(histogram)).toMatchObject({ counts: [1, 2, 3], bounds: [0.5, 1.5] });

  const side = [...sint(1, -4), ...uint(2, 300), ...message(2, varint(5)), ...uint(2, 6)];
  const exponential = message(1, [...message(8, side), ...message(8, message(2, varint(7)))]);
  expect(point(requestOf(message(10, exponential)))).toMatchObject({
    positiveOffset: -4,
    positive: [300, 5, 6, 7],
    negative: [],
  });
});

test("attributes with other fields between them are put together in order", () => {
  const [a, b, c] = [{ a: 1 }, { b: "x" }, { c: true }].map((it) => attributes(7, it));
  const fields = [
    ...a!,
    ...fixed64(6, 9),
    ...b!,
    ...c!,
    ...fixed64(3, 4),
    ...attributes(7, { d: 2.5 }),
  ];
  expect(point(sumOf(message(1, fields)))).toMatchObject({
    attributes: hexOf(attributes(7, { a: 1, b: "x", c: true, d: 2.5 })),
    attributeCount: 4,
    value: 9,
    time: 4n,
  });
});

test("unknown fields of every wire type are skipped at every level", () => {
  const unknown = [
    0x88,
    0x52,
    0xd2,
    0x09,
    ...tag(1313, 1),
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    ...message(1313, [0xff, 0xff]),
    ...tag(15, 5),
    1,
    2,
    3,
    4,
  ];
  const wrap = (field: number, body: readonly number[]): readonly number[] =>
    message(field, [...unknown, ...body, ...unknown]);
  const keyValue = wrap(7, [...text(1, "k"), ...wrap(2, text(1, "v"))]);
  const metric = [
    ...text(1, "m"),
    ...wrap(7, [...wrap(1, [...keyValue, ...fixed64(6, 5)]), ...uint(2, 2)]),
  ];
  const request = [...unknown, ...wrap(1, [...wrap(1, []), ...wrap(2, wrap(2, metric))])];
  const sink = decode(request);
  expect(sink.of("metric")).toMatchObject([{ name: "m", temporality: 2 }]);
  expect(sink.of("number")).toMatchObject([{ value: 5, attributes: hexOf(keyValue) }]);
});

test("tags and lengths in more bytes than they need mean the same", () => {
  const longTag = (short: number): number[] => [short | 128, 0];
  const attribute = attributes(7, { a: "b" });
  const fields = [
    ...longTag(0x31),
    ...fixed64(6, 5).slice(1),
    ...longTag(0x3a),
    attribute[1]! | 128,
    128,
    0,
    ...attribute.slice(2),
  ];
  expect(point(sumOf(message(1, fields)))).toMatchObject({ value: 5, attributeCount: 1 });
});

test("a temporality of a later version of the enum is unspecified", () => {
  const metric = (bits: readonly number[]): Call[] =>
    decode(sumOf([...tag(2, 0), ...bits], message(1, []))).of("metric");
  expect(metric([3])).toMatchObject([{ temporality: 0 }]);
  expect(metric(varint(2n ** 32n + 1n))).toMatchObject([{ temporality: 0 }]);
  expect(metric([0x82, 0x00])).toMatchObject([{ temporality: 2 }]);
});

test("a boolean is true for any varint but 0", () => {
  const metric = (value: bigint): Call[] =>
    decode(sumOf(uint(3, value), message(1, []))).of("metric");
  expect(metric(2n ** 40n)).toMatchObject([{ isMonotonic: true }]);
  expect(metric(0n)).toMatchObject([{ isMonotonic: false }]);
});

test("points of a metric that nobody wants are not told, and the next metric's are", () => {
  const request = buildRequest({
    metrics: [
      { name: "no", gauge: { points: [{ time: 1, int: 1 }] } },
      { name: "yes", gauge: { points: [{ time: 1, int: 2 }] } },
    ],
  });
  const sink = decode(request, (name) => name === "yes");
  expect(sink.of("metric")).toHaveLength(2);
  expect(sink.of("number").map((it) => it.value)).toEqual([2]);
});

test("attributes are counted beyond the bound, for the sink to refuse the point alone", () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, index]));
  const found = point(
    buildRequest({
      metrics: [{ name: "m", gauge: { points: [{ time: 1, int: 1, attributes: many }] } }],
    }),
  );
  expect(found.attributeCount).toBe(200);
  expect(found.attributeCount).toBeGreaterThan(MAX_ATTRIBUTES);
});

test("attribute values of every kind pass, also longer than one length byte", () => {
  const values: AttributeValue[] = ["", "x".repeat(300), true, 5, -5, 2.5, 2n ** 40n, null];
  values.push(Uint8Array.of(1, 2), ["a", 1, [null]], { nested: { deep: ["x"] } });
  for (const value of values) {
    const sent = { [`key ${"k".repeat(200)}`]: value, key: value };
    const request = buildRequest({
      metrics: [{ name: "m", gauge: { points: [{ time: 1, int: 1, attributes: sent }] } }],
    });
    expect(point(request)).toMatchObject({
      attributes: hexOf(attributes(7, sent)),
      attributeCount: 2,
    });
  }
});

test("a view into a larger buffer is read from its own start", () => {
  const request = buildRequest({
    metrics: [{ name: "m", gauge: { points: [{ time: 1, int: 7 }] } }],
  });
  const padded = Buffer.concat([Buffer.alloc(13, 0xff), request, Buffer.alloc(5, 0xff)]);
  const sink = new RecordingSink();
  decoder.decode(padded.subarray(13, 13 + request.length), sink);
  expect(sink.of("number")).toMatchObject([{ value: 7 }]);
});
