/** What the decoder refuses, and how it says where. Nothing but `MalformedRequest` ever comes out of it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MalformedRequest, MetricsDecoder } from "../../src/otlp/index.ts";
import { RecordingSink } from "./recording-sink.ts";
import { attributes, buildRequest, fixed64, message, tag, text, uint } from "./request-builder.ts";
import type { AttributeValue, RequestInput } from "./request-builder.ts";

const decoder = new MetricsDecoder();

function refusal(bytes: Iterable<number>, wants = true): MalformedRequest {
  try {
    decoder.decode(Uint8Array.from(bytes), new RecordingSink(() => wants));
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedRequest);
    return error as MalformedRequest;
  }
  throw new Error(`accepted ${Buffer.from([...bytes]).toString("hex")}`);
}

const attributesOfAll: RequestInput = {
  resource: { "service.name": "checkout", list: ["a", { b: 1 }] },
  scope: { name: "lib", attributes: { x: 1 } },
  metrics: [
    {
      name: "requests",
      unit: "1",
      description: "all of them",
      sum: { points: [{ attributes: { code: 200, ok: true, x: 2.5 }, start: 1, time: 2, int: 3 }] },
    },
    { name: "load", gauge: { points: [{ time: 2, double: 0.5, flags: 300 }] } },
    {
      name: "latency",
      histogram: {
        points: [
          { attributes: { r: "/" }, time: 2, counts: [1, 2], bounds: [1], min: 0, max: 3, sum: 4 },
        ],
      },
    },
    {
      name: "exponential",
      exponentialHistogram: {
        points: [
          {
            attributes: { k: null },
            time: 2,
            scale: -1,
            positive: { offset: 700, counts: [500, 1] },
            negative: { offset: 0, counts: [1] },
          },
        ],
      },
    },
    { name: "summary", summary: { points: [{ time: 2, count: 1, attributes: { b: [1] } }] } },
  ],
};

test.each([true, false])("a request cut at any byte is refused (points wanted: %s)", (wants) => {
  const request = buildRequest(attributesOfAll);
  for (let size = 1; size < request.length; size++) refusal(request.subarray(0, size), wants);
});

test("the bytes of any one message cut short, with every outer length put right, are refused", () => {
  const cut = (body: readonly number[]): readonly number[] => body.slice(0, -1);
  const point = [...fixed64(3, 1), ...attributes(7, { a: "b" })];
  const data = message(7, [...message(1, point), ...uint(2, 300)]);
  const metric = [...text(1, "m"), ...data];
  refusal(message(1, message(2, message(2, message(7, message(1, cut(point)))))));
  refusal(message(1, message(2, message(2, message(7, message(1, fixed64(3, 1).slice(0, 8)))))));
  refusal(message(1, message(2, message(2, cut(metric)))));
  refusal(message(1, message(2, message(2, cut([...metric, ...text(3, "s")])))));
  refusal(message(1, message(1, cut(attributes(1, { a: 1 })))));
});

/** From the Collector's `genTestFailingUnmarshalProtoValues` (pdata): wrong wire type, missing value, field 0. */
const messages: readonly (readonly [
  string,
  number,
  (body: readonly number[]) => readonly number[],
])[] = [
  ["request", 1, (body) => body],
  ["resource_metrics", 3, (body) => message(1, body)],
  ["resource", 3, (body) => message(1, message(1, body))],
  ["scope_metrics", 3, (body) => message(1, message(2, body))],
  ["scope", 4, (body) => message(1, message(2, message(1, body)))],
  ["metric", 12, (body) => message(1, message(2, message(2, body)))],
  ["gauge", 1, (body) => message(1, message(2, message(2, message(5, body))))],
  ["sum", 3, (body) => message(1, message(2, message(2, message(7, body))))],
  ["histogram", 2, (body) => message(1, message(2, message(2, message(9, body))))],
  ["exponential", 2, (body) => message(1, message(2, message(2, message(10, body))))],
  ["summary", 1, (body) => message(1, message(2, message(2, message(11, body))))],
  ["number point", 8, (body) => message(1, message(2, message(2, message(7, message(1, body)))))],
  [
    "histogram point",
    12,
    (body) => message(1, message(2, message(2, message(9, message(1, body))))),
  ],
  [
    "exponential point",
    14,
    (body) => message(1, message(2, message(2, message(10, message(1, body))))),
  ],
  [
    "buckets",
    2,
    (body) => message(1, message(2, message(2, message(10, message(1, message(8, body)))))),
  ],
  ["summary point", 8, (body) => message(1, message(2, message(2, message(11, message(1, body)))))],
  [
    "exemplar",
    7,
    (body) => message(1, message(2, message(2, message(7, message(1, message(5, body)))))),
  ],
  [
    "attribute",
    3,
    (body) => message(1, message(2, message(2, message(7, message(1, message(7, body)))))),
  ],
  ["value", 8, (body) => message(1, message(1, message(1, message(2, body))))],
];
const RESERVED: Readonly<Record<string, readonly number[]>> = {
  metric: [4, 6, 8],
  "number point": [1],
  "histogram point": [1],
  "summary point": [1],
  exemplar: [1],
};

describe.each(messages)("in %s", (name, fieldCount, wrap) => {
  const fields = Array.from({ length: fieldCount }, (_, index) => index + 1).filter(
    (field) => RESERVED[name]?.includes(field) !== true,
  );

  test("a known field of wire type 5 or 3, 4, 6, 7 is refused", () => {
    for (const field of fields)
      for (const wireType of [3, 4, 5, 6, 7])
        refusal(wrap([...tag(field, wireType), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  });

  test("a known field without its value is refused", () => {
    for (const field of fields)
      for (const wireType of [0, 1, 2]) refusal(wrap([...tag(field, wireType)]));
  });

  test("field number 0, a varint of 11 bytes, an endless tag and groups are refused", () => {
    refusal(wrap([0x02, 0x00]));
    refusal(wrap([0x00, 0x00]));
    refusal(wrap([...tag(1313, 0), ...Array.from({ length: 10 }, () => 0x80), 0x00]));
    refusal(wrap(Array.from({ length: 11 }, () => 0xff)));
    refusal(wrap([...tag(1313, 3), ...tag(1313, 4)]));
    refusal(wrap([...tag(2 ** 29, 0), 0]));
  });

  test("a length beyond the message, or of 2^32 and more, is refused", () => {
    refusal(wrap([...tag(1313, 2), 5, 1, 2]));
    refusal(wrap([...tag(1313, 2), 0xff, 0xff, 0xff, 0xff, 0x7f]));
    refusal(wrap([...tag(1313, 2), 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]));
  });
});

test("packed doubles and fixed64s must be whole, packed varints must end inside", () => {
  const histogram = (body: readonly number[]): readonly number[] =>
    message(1, message(2, message(2, message(9, message(1, body)))));
  expect(refusal(histogram(message(6, [1, 2, 3]))).message).toContain("8-byte");
  expect(refusal(histogram(message(7, [1, 2, 3, 4, 5, 6, 7, 8, 9]))).message).toContain("8-byte");
  const buckets = message(10, message(1, message(8, message(2, [0x80]))));
  refusal(message(1, message(2, message(2, buckets))));
});

test("values nest 16 levels and no deeper", () => {
  const nested = (levels: number): AttributeValue =>
    levels === 1 ? "x" : levels % 2 === 0 ? [nested(levels - 1)] : { k: nested(levels - 1) };
  const request = (levels: number): Uint8Array =>
    buildRequest({
      metrics: [{ name: "m", gauge: { points: [{ time: 1, attributes: { a: nested(levels) } }] } }],
    });
  const sink = new RecordingSink();
  decoder.decode(request(16), sink);
  expect(sink.of("number")).toHaveLength(1);
  expect(refusal(request(17)).message).toContain("nested deeper than 16 levels");
  // Far beyond the call stack, if it were followed.
  let deep: readonly number[] = [];
  for (let level = 0; level < 300; level++) deep = message(5, message(1, deep));
  refusal(message(1, message(1, message(1, message(2, deep)))));
});

test("a refusal names the message, the field and the byte", () => {
  const bad = [...attributes(7, { fine: 1 }), ...tag(3, 0), 5];
  const good = fixed64(6, 1);
  const sum = message(7, [...message(1, good), ...message(1, bad)]);
  const metrics = [...message(2, text(1, "a")), ...message(2, [...text(1, "b"), ...sum])];
  const request = message(1, [...message(2, []), ...message(2, metrics)]);
  const { path, offset, message: shown } = refusal(request);
  expect(path).toBe("resource_metrics[0].scope_metrics[1].metrics[1].sum.data_points[1]");
  expect(offset).toBe(request.length - 2);
  expect(shown).toBe(`${path}: field 3 has wire type 0, not fixed64 (byte ${offset})`);
});

test("a refusal reaches into attributes, and says `request` at the top", () => {
  const value = message(6, message(1, [...text(1, "k"), ...message(2, [...tag(2, 1)])]));
  const request = message(1, message(1, message(1, [...text(1, "key"), ...message(2, value)])));
  expect(refusal(request).path).toBe(
    "resource_metrics[0].resource.attributes[0].value.kvlist_value.values[0].value",
  );
  expect(refusal([0x0a]).message).toBe("request: field 1 is cut off (byte 0)");
  expect(refusal([0x80]).message).toBe("request: a field is cut off (byte 0)");
  expect(refusal([0x0a, 5, 0]).message).toMatch(/^request: field 1 runs past the end/);
});

test("data that a later kind replaces is checked all the same", () => {
  const bad = message(5, message(1, [0x11, 1]));
  refusal(message(1, message(2, message(2, [...bad, ...message(7, [])]))));
});

test("the decoder works on after a refusal, and after a sink that threw", () => {
  refusal([0x0a, 0x80]);
  const request = buildRequest(attributesOfAll);
  const thrower = new RecordingSink(() => {
    throw new RangeError("of the sink");
  });
  expect(() => decoder.decode(request, thrower)).toThrow(RangeError);
  const sink = new RecordingSink();
  decoder.decode(request, sink);
  expect(sink.of("metric")).toHaveLength(5);
});

test("mutated requests are decoded or refused, and never anything else", () => {
  const original = buildRequest(attributesOfAll);
  const edit = fc.record({ at: fc.nat(original.length - 1), byte: fc.nat(255), cut: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      let bytes = [...original];
      for (const { at, byte, cut } of edits) {
        if (cut === 0) bytes.splice(at, 2);
        else if (cut === 1) bytes.splice(at, 0, byte);
        else bytes = bytes.with(Math.min(at, bytes.length - 1), byte);
      }
      try {
        decoder.decode(Uint8Array.from(bytes), new RecordingSink());
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedRequest);
      }
    }),
    { numRuns: 3_000, seed: 7 },
  );
});

test("random bytes are decoded or refused, and never anything else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decoder.decode(bytes, new RecordingSink());
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedRequest);
      }
    }),
    { numRuns: 2_000, seed: 11 },
  );
});
