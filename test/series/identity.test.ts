/** Who a point belongs to: what makes a series, and what does not (research/otlp.md section 2). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RequestInput } from "../otlp/request-builder.ts";
import { buildRequest, message, tag, varint } from "../otlp/request-builder.ts";
import { nanos, SeriesHarness } from "./harness.ts";

interface Variation {
  readonly resource?: RequestInput["resource"];
  readonly scope?: RequestInput["scope"];
  readonly name?: string;
  readonly unit?: string;
  readonly description?: string;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly isMonotonic?: boolean;
  readonly temporality?: "delta" | "cumulative";
  readonly double?: number;
}

function request(variation: Variation): RequestInput {
  const { resource, scope, name = "requests", unit, description, double } = variation;
  const { attributes = { a: "1", b: "2" }, isMonotonic, temporality } = variation;
  const value = double === undefined ? { int: 1 } : { double };
  return {
    ...(resource !== undefined && { resource }),
    ...(scope !== undefined && { scope }),
    metrics: [
      {
        name,
        ...(unit !== undefined && { unit }),
        ...(description !== undefined && { description }),
        sum: {
          ...(isMonotonic !== undefined && { isMonotonic }),
          ...(temporality !== undefined && { temporality }),
          points: [{ attributes, start: nanos(0), time: nanos(10), ...value }],
        },
      },
    ],
  };
}

function seriesOf(...variations: readonly Variation[]): number {
  const harness = new SeriesHarness();
  for (const variation of variations) harness.send(request(variation));
  return harness.state.identity.series.count;
}

test.each<readonly [string, Variation, Variation]>([
  ["resource attributes", { resource: { r: 1 } }, { resource: { r: 2 } }],
  ["scope name", { scope: { name: "a" } }, { scope: { name: "b" } }],
  ["scope version", { scope: { name: "a", version: "1" } }, { scope: { name: "a", version: "2" } }],
  ["scope attributes", { scope: { attributes: { s: 1 } } }, { scope: { attributes: { s: 2 } } }],
  ["metric name", { name: "one" }, { name: "two" }],
  ["unit", { unit: "s" }, { unit: "ms" }],
  ["temporality", { temporality: "delta" }, { temporality: "cumulative" }],
  ["monotonicity", { isMonotonic: true }, { isMonotonic: false }],
  ["point attributes", { attributes: { a: "1" } }, { attributes: { a: "2" } }],
  ["the type of an attribute's value", { attributes: { a: "1" } }, { attributes: { a: 1 } }],
])("another %s is another series", (_, one, other) => {
  expect(seriesOf(one, other)).toBe(2);
});

test.each<readonly [string, Variation, Variation]>([
  ["description", { description: "a" }, { description: "b" }],
  ["integer or double", {}, { double: 1 }],
  ["order of attributes", { attributes: { a: "1", b: "2" } }, { attributes: { b: "2", a: "1" } }],
  ["order of resource attributes", { resource: { a: 1, b: 2 } }, { resource: { b: 2, a: 1 } }],
  [
    "order of scope attributes",
    { scope: { attributes: { a: 1, b: 2 } } },
    { scope: { attributes: { b: 2, a: 1 } } },
  ],
  ["a scope that is empty or absent", {}, { scope: {} }],
])("the same series: %s", (_, one, other) => {
  expect(seriesOf(one, other)).toBe(1);
});

test("what does not identify is passed over: dropped_attributes_count of resource and scope", () => {
  const harness = new SeriesHarness();
  const field = (number: number, body: readonly number[]) => [...message(number, body)];
  const key = [...field(1, [97]), ...field(2, field(1, [98]))];
  const number = (droppedInResource: number, droppedInScope: number): Uint8Array => {
    const resource = [...field(1, key), ...tag(2, 0), ...varint(droppedInResource)];
    const scope = [...field(1, [115]), ...tag(4, 0), ...varint(droppedInScope)];
    const point = [...tag(3, 1), 0, 0, 0, 0, 0, 0, 0, 16, ...tag(6, 1), 1, 0, 0, 0, 0, 0, 0, 0];
    const sum = [...field(1, point), ...tag(2, 0), 2, ...tag(3, 0), 1];
    const scopeMetrics = [...field(1, scope), ...field(2, [...field(1, [109]), ...field(7, sum)])];
    return Uint8Array.from(field(1, [...field(1, resource), ...field(2, scopeMetrics)]));
  };
  harness.send(number(1, 2));
  harness.send(number(3, 4));
  const { identity } = harness.state;
  expect([identity.resources.count, identity.scopes.count, identity.series.count]).toEqual([
    1, 1, 1,
  ]);
});

test("one scope that is sent twice in a request is one", () => {
  const harness = new SeriesHarness();
  const one = request({ scope: { name: "s" } });
  harness.send(buildRequest(one, one, request({ scope: { name: "s" }, attributes: {} })));
  expect(harness.state.identity.scopes.count).toBe(1);
  expect(harness.state.identity.series.count).toBe(2);
});

test("rules see point attributes over scope attributes over resource attributes", () => {
  const harness = new SeriesHarness();
  harness.send(
    request({
      resource: { "service.name": "shop", level: "resource", from: "resource" },
      scope: { name: "http", version: "1.2", attributes: { level: "scope", from: "scope" } },
      attributes: { level: "point", code: 500, ok: false },
      unit: "{request}",
    }),
  );
  const [series] = harness.bound;
  expect(Object.fromEntries(series!.attributes)).toEqual({
    "service.name": "shop",
    "otel.scope.name": "http",
    "otel.scope.version": "1.2",
    level: "point",
    from: "scope",
    code: 500,
    ok: false,
  });
  expect(series!.metric).toMatchObject({ name: "requests", unit: "{request}", isMonotonic: true });
});

test("values that are no scalars are their JSON text", () => {
  const harness = new SeriesHarness();
  harness.send({
    metrics: [
      {
        name: "requests",
        sum: {
          points: [
            {
              start: nanos(0),
              time: nanos(10),
              int: 1,
              attributes: {
                list: [1, "a", true, 0.5],
                map: { a: [1] },
                bytes: Uint8Array.of(1, 2, 3),
                negative: -5,
                empty: null,
              },
            },
          ],
        },
      },
    ],
  });
  expect(Object.fromEntries(harness.bound[0]!.attributes)).toEqual({
    list: '[1,"a",true,0.5]',
    map: '{"a":[1]}',
    bytes: "AQID",
    negative: -5,
    empty: "",
  });
});

describe("ids", () => {
  const attributes = fc.dictionary(
    fc.constantFrom("a", "b", "c", "d"),
    fc.oneof(fc.nat(2), fc.constantFrom("x", "y")),
  );
  const history = fc.array(fc.record({ attributes, resource: attributes, seed: fc.nat() }), {
    minLength: 1,
    maxLength: 60,
  });
  const keyOf = (input: Readonly<Record<string, string | number>>): string =>
    JSON.stringify(Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1)));
  const shuffled = (input: Readonly<Record<string, string | number>>, seed: number) =>
    Object.fromEntries(
      Object.entries(input).sort(
        ([a], [b]) => ((a.charCodeAt(0) * seed) % 7) - ((b.charCodeAt(0) * seed) % 7),
      ),
    );

  test("are one per set of attributes, in order of first sight, whatever the order and the seed", () => {
    fc.assert(
      fc.property(history, fc.integer(), (sets, seed) => {
        const harness = new SeriesHarness({ seed });
        const expected = new Map<string, number>();
        for (const each of sets) {
          const key = keyOf(each.resource) + keyOf(each.attributes);
          if (!expected.has(key)) expected.set(key, expected.size);
          harness.resolve(
            buildRequest(
              request({
                resource: shuffled(each.resource, each.seed),
                attributes: shuffled(each.attributes, each.seed),
              }),
            ),
          );
        }
        expect(harness.state.identity.series.count).toBe(expected.size);
      }),
    );
  });

  test("are found again after tables have grown", () => {
    const harness = new SeriesHarness();
    const all = Array.from({ length: 3_000 }, (_, index) => ({
      attributes: { index },
      start: nanos(0),
      time: nanos(10),
      int: 1,
    }));
    const metric = { name: "requests", sum: { points: all } };
    harness.send(metric);
    harness.send({ ...metric, sum: { points: all.toReversed() } });
    expect(harness.state.identity.series.count).toBe(3_000);
    expect(harness.counters.duplicates).toBe(3_000);
  });

  test("do not grow without bound by orders of one set", () => {
    const harness = new SeriesHarness();
    const names = ["a", "b", "c", "d", "e"];
    const orders = permutations(names);
    const points = orders.map((order, index) => ({
      attributes: Object.fromEntries(order.map((name) => [name, 1])),
      start: nanos(0),
      time: nanos(index + 1),
      int: index + 1,
    }));
    harness.send({ name: "requests", sum: { points } });
    const { series } = harness.state.identity;
    expect(series.count).toBe(1);
    expect(series.keys.count).toBeLessThanOrEqual(5);
    expect(harness.sums().total).toBe(orders.length);
  });
});

function permutations(items: readonly string[]): string[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
