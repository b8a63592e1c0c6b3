/** Our decoder beside protobufjs: random messages, in random field order, packed or not, whole or in parts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { exportRequestType } from "../../bench/otlp-proto.ts";
import { MetricsDecoder, transcodeJson } from "../../src/otlp/index.ts";
import { RecordingSink, type Call } from "./recording-sink.ts";
import { message, tag, varint } from "./request-builder.ts";

const type = exportRequestType();
const decoder = new MetricsDecoder();

// A message as the list of its encoded fields, so that they can be put in any order.
type Bytes = readonly number[];
type Field = fc.Arbitrary<Bytes>;
const delimited = (field: number, body: Field): Field => body.map((it) => message(field, it));
const bytes8 = (field: number): Field =>
  fc.uint8Array({ minLength: 8, maxLength: 8 }).map((it) => [...tag(field, 1), ...it]);
const varintOf = (field: number, value: fc.Arbitrary<bigint>): Field =>
  value.map((it) => [...tag(field, 0), ...varint(it)]);
const u32 = fc.bigInt(0n, 2n ** 32n - 1n);
const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
const textOf = (field: number): Field =>
  fc.string({ maxLength: 12, unit: "grapheme" }).map((it) => message(field, [...Buffer.from(it)]));
/** Any selection of the fields, any of them more than once, in any order. Envelopes are kept narrow: they multiply. */
const upTo = (maxLength: number, ...fields: Field[]): Field =>
  fc.array(fc.oneof(...fields), { maxLength, size: "max" }).map((it) => it.flat());
const anyOrder = (...fields: Field[]): Field => upTo(3, ...fields);
const packed8 = (field: number): Field =>
  fc.array(fc.uint8Array({ minLength: 8, maxLength: 8 }), { maxLength: 4 }).map((it) =>
    message(
      field,
      it.flatMap((value) => [...value]),
    ),
  );
const packedVarints = (field: number): Field =>
  fc.array(u64, { maxLength: 4 }).map((it) => message(field, it.flatMap(varint)));

// Depth 3 keeps the messages small; nesting has tests of its own.
const anyValue = (depth: number): Field =>
  upTo(
    2,
    textOf(1),
    varintOf(2, fc.bigInt(0n, 1n)),
    varintOf(3, u64),
    bytes8(4),
    textOf(7),
    ...(depth === 0
      ? []
      : [
          delimited(5, anyOrder(delimited(1, anyValue(depth - 1)))),
          delimited(6, anyOrder(delimited(1, keyValue(depth - 1)))),
        ]),
  );
const keyValue = (depth = 2): Field => anyOrder(textOf(1), delimited(2, anyValue(depth)));
const times = [bytes8(2), bytes8(3)];
const exemplar = anyOrder(bytes8(2), bytes8(3), bytes8(6), delimited(7, keyValue(0)), textOf(4));
const numberPoint = upTo(
  8,
  ...times,
  bytes8(4),
  bytes8(6),
  delimited(7, keyValue()),
  varintOf(8, u32),
  delimited(5, exemplar),
);
const histogramPoint = upTo(
  8,
  ...times,
  bytes8(4),
  bytes8(5),
  bytes8(6),
  packed8(6),
  bytes8(7),
  packed8(7),
  delimited(8, exemplar),
  delimited(9, keyValue()),
  varintOf(10, u32),
  bytes8(11),
  bytes8(12),
);
const buckets = anyOrder(varintOf(1, u32), varintOf(2, u64), packedVarints(2));
const exponentialPoint = upTo(
  8,
  ...times,
  delimited(1, keyValue()),
  bytes8(4),
  varintOf(6, u32),
  bytes8(7),
  delimited(8, buckets),
  delimited(9, buckets),
  varintOf(10, u32),
  bytes8(12),
  bytes8(13),
  bytes8(14),
);
const summaryPoint = upTo(
  8,
  ...times,
  bytes8(4),
  bytes8(5),
  delimited(7, keyValue()),
  varintOf(8, u32),
);
const temporality = varintOf(2, fc.bigInt(0n, 2n));
const metric = upTo(
  4,
  textOf(1),
  textOf(2),
  textOf(3),
  delimited(5, anyOrder(delimited(1, numberPoint))),
  delimited(7, anyOrder(delimited(1, numberPoint), temporality, varintOf(3, fc.bigInt(0n, 1n)))),
  delimited(9, anyOrder(delimited(1, histogramPoint), temporality)),
  delimited(10, anyOrder(delimited(1, exponentialPoint), temporality)),
  delimited(11, anyOrder(delimited(1, summaryPoint))),
  delimited(12, keyValue(0)),
);
const scope = anyOrder(textOf(1), textOf(2), delimited(3, keyValue(0)));
const scopeMetrics = anyOrder(delimited(1, scope), delimited(2, metric), textOf(3));
const resource = anyOrder(delimited(1, keyValue()), varintOf(2, u32));
const resourceMetrics = anyOrder(delimited(1, resource), delimited(2, scopeMetrics), textOf(3));
/** A request of any shape, and a metric with points at its end so that none is without. */
const points = fc.oneof(
  delimited(5, upTo(3, delimited(1, numberPoint))),
  delimited(9, upTo(3, delimited(1, histogramPoint))),
  delimited(10, upTo(3, delimited(1, exponentialPoint))),
  delimited(11, upTo(3, delimited(1, summaryPoint))),
);
const anyRequest = fc
  .tuple(anyOrder(delimited(1, resourceMetrics)), delimited(1, delimited(2, delimited(2, points))))
  .map((it) => Uint8Array.from(it.flat()));

interface Bits {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}
type Plain = Readonly<Record<string, unknown>>;

const list = (value: unknown): Plain[] => (value as Plain[] | undefined) ?? [];
const bigintOf = (value: unknown): bigint => {
  if (value === undefined || value === null) return 0n;
  if (typeof value === "number") return BigInt(value);
  const { low, high, unsigned } = value as Bits;
  const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return unsigned ? bits : BigInt.asIntN(64, bits);
};
const numberOf = (value: unknown): number => Number(bigintOf(value));

/** What protobufjs decoded, as the calls our decoder should have made; attributes by their meaning. */
function callsOf(request: Plain): Call[] {
  return list(request["resource_metrics"]).flatMap((resourceIn) => [
    { call: "resource" },
    ...list(resourceIn["scope_metrics"]).flatMap((scopeIn) => [
      { call: "scope" },
      ...list(scopeIn["metrics"]).flatMap(metricCalls),
    ]),
  ]);
}

const KINDS = ["gauge", "sum", "histogram", "exponential_histogram", "summary"];

function metricCalls(metricIn: Plain): Call[] {
  const member = metricIn["data"] as string | undefined;
  if (member === undefined) return [];
  const data = metricIn[member] as Plain;
  const own = { name: metricIn["name"] ?? "", unit: metricIn["unit"] ?? "" };
  return [
    {
      call: "metric",
      ...own,
      kind: KINDS.indexOf(member) + 1,
      temporality: data["aggregation_temporality"] ?? 0,
      isMonotonic: data["is_monotonic"] ?? false,
    },
    ...list(data["data_points"]).map((it) => pointCall(member, it)),
  ];
}

function pointCall(member: string, it: Plain): Call {
  const shared = {
    attributeCount: list(it["attributes"]).length,
    start: bigintOf(it["start_time_unix_nano"]),
    time: bigintOf(it["time_unix_nano"]),
    flags: it["flags"] ?? 0,
  };
  const extremes = { min: it["min"] ?? NaN, max: it["max"] ?? NaN };
  switch (member) {
    case "gauge":
    case "sum": {
      const chosen = it["value"] as string | undefined;
      const value = chosen === "as_int" ? numberOf(it["as_int"]) : (it["as_double"] ?? NaN);
      return {
        call: "number",
        ...shared,
        value: chosen === undefined ? NaN : value,
        hasValue: chosen !== undefined,
      };
    }
    case "histogram":
      return {
        call: "histogram",
        ...shared,
        count: numberOf(it["count"]),
        counts: list(it["bucket_counts"]).map(numberOf),
        bounds: list(it["explicit_bounds"]),
        ...extremes,
      };
    case "exponential_histogram": {
      const [positive, negative] = [it["positive"], it["negative"]] as (Plain | undefined)[];
      return {
        call: "exponential",
        ...shared,
        count: numberOf(it["count"]),
        scale: it["scale"] ?? 0,
        zeroCount: numberOf(it["zero_count"]),
        zeroThreshold: it["zero_threshold"] ?? 0,
        ...extremes,
        positiveOffset: positive?.["offset"] ?? 0,
        positive: list(positive?.["bucket_counts"]).map(numberOf),
        negativeOffset: negative?.["offset"] ?? 0,
        negative: list(negative?.["bucket_counts"]).map(numberOf),
      };
    }
    default:
      return { call: "summary", ...shared, count: numberOf(it["count"]) };
  }
}

/** Messages and attributes are compared by what they mean: see the next test. */
const withoutBytes = (calls: readonly Call[]): Call[] =>
  calls.map(({ message: _message, attributes: _attributes, ...rest }) => rest as Call);

const toObject = { defaults: false, oneofs: true, arrays: true } as const;

test("random requests mean what protobufjs says they mean", () => {
  let pointCount = 0;
  fc.assert(
    fc.property(anyRequest, (request) => {
      const sink = new RecordingSink();
      decoder.decode(request, sink);
      const theirs = type.toObject(type.decode(request), toObject);
      expect(withoutBytes(sink.calls)).toEqual(callsOf(theirs));
      pointCount += sink.calls.filter((it) => "time" in it).length;
    }),
    { numRuns: 600, seed: 3 },
  );
  // A generator that yields no points would prove nothing.
  expect(pointCount).toBeGreaterThan(500);
});

test("resources, scopes and attributes keep their meaning, merged or gathered", () => {
  const root = type.root;
  const meaning = (name: string, field: string, hex: string): unknown => {
    const decoded = root.lookupType(`otlp.${name}`).decode(Buffer.from(hex, "hex"));
    return (decoded.toJSON() as Plain)[field] ?? [];
  };
  const owners = { number: "NumberDataPoint", histogram: "HistogramDataPoint" } as const;
  const others = { exponential: "ExponentialHistogramDataPoint", summary: "SummaryDataPoint" };
  const ownerOf: Readonly<Record<string, string>> = { ...owners, ...others };
  fc.assert(
    fc.property(anyRequest, (request) => {
      const sink = new RecordingSink();
      decoder.decode(request, sink);
      const theirs = type.decode(request).toJSON();
      const expected = list(theirs["resource_metrics"]).flatMap((resourceIn) => [
        list((resourceIn["resource"] as Plain | undefined)?.["attributes"]),
        ...list(resourceIn["scope_metrics"]).flatMap((scopeIn) => [
          list((scopeIn["scope"] as Plain | undefined)?.["attributes"]),
          ...list(scopeIn["metrics"]).flatMap((it) =>
            KINDS.flatMap((kind) => list((it[kind] as Plain | undefined)?.["data_points"])).map(
              (pointIn) => list(pointIn["attributes"]),
            ),
          ),
        ]),
      ]);
      const ours = sink.calls.flatMap((it) => {
        const { call, message: body, attributes } = it as Record<string, string> & Call;
        if (call === "metric") return [];
        if (call === "resource") return [meaning("Resource", "attributes", String(body))];
        if (call === "scope") return [meaning("InstrumentationScope", "attributes", String(body))];
        return [meaning(ownerOf[call]!, "attributes", String(attributes))];
      });
      expect(ours).toEqual(expected);
    }),
    { numRuns: 300, seed: 5 },
  );
});

test("OTLP/JSON of a request means the same as its protobuf", () => {
  const camel = (name: string): string =>
    name.replace(/_([a-z])/g, (_, it: string) => it.toUpperCase());
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [camel(key), rename(it)]));
  };
  fc.assert(
    fc.property(anyRequest, fc.boolean(), (request, isCamel) => {
      // protobufjs writes canonical protobuf JSON: 64-bit integers as strings, enums by name, bytes in base64.
      const json = type.decode(request).toJSON();
      // Exemplars' ids are hexadecimal in OTLP, unlike protobuf's own mapping; random bytes need not be.
      const text = JSON.stringify(isCamel ? rename(json) : json, (key, value: unknown) =>
        key === "exemplars" ? undefined : value,
      );
      const [ours, direct] = [new RecordingSink(), new RecordingSink()];
      decoder.decode(transcodeJson(text).request, ours);
      decoder.decode(request, direct);
      expect(withoutBytes(ours.calls)).toEqual(withoutBytes(direct.calls));
    }),
    { numRuns: 300, seed: 9 },
  );
});
