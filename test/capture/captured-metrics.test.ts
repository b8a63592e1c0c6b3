import { expect, test } from "vitest";
import { capturedMetrics } from "../../src/capture/index.ts";
import { MetricKind, Temporality } from "../../src/otlp/index.ts";
import { sourceOf } from "../backtest/worlds.ts";
import { buildRequest, type MetricInput } from "../otlp/request-builder.ts";

const metric = (name: string, part: object): MetricInput => ({ name, ...part }) as MetricInput;
const request = (resource: Record<string, string>, ...metrics: readonly MetricInput[]) =>
  [buildRequest({ resource, metrics }), 0] as const;

test("a capture's metrics, with the keys of their attributes and their bounds", async () => {
  const counter = (attributes: Record<string, string>) =>
    metric("orders", {
      sum: {
        points: [
          { attributes, time: 1, int: 1 },
          { time: 2, int: 2 },
        ],
      },
    });
  const histogram = (...bounds: readonly number[]) =>
    metric("latency", {
      unit: "s",
      histogram: {
        temporality: "delta",
        points: [{ time: 1, bounds, counts: [...bounds, 0].map(() => 1) }],
      },
    });
  const requests = [
    request({ "service.name": "shop" }, counter({ status: "ok", "http.route": "/" })),
    request({ "service.name": "shop", "k8s.pod": "a" }, counter({ ünï: "x" }), histogram(0.1, 1)),
    request(
      {},
      histogram(0.1, 1),
      histogram(100, 1000),
      metric("up", { gauge: { points: [{ time: 1, int: 1 }] } }),
    ),
  ];
  expect(await capturedMetrics(sourceOf(requests))).toEqual([
    {
      name: "latency",
      unit: "s",
      kind: MetricKind.histogram,
      temporality: Temporality.delta,
      isMonotonic: false,
      pointCount: 3,
      attributeKeys: ["k8s.pod", "service.name"],
      bounds: [
        [0.1, 1],
        [100, 1000],
      ],
    },
    {
      name: "orders",
      unit: "",
      kind: MetricKind.sum,
      temporality: Temporality.cumulative,
      isMonotonic: true,
      pointCount: 4,
      attributeKeys: ["http.route", "k8s.pod", "service.name", "status", "ünï"],
      bounds: [],
    },
    expect.objectContaining({
      name: "up",
      kind: MetricKind.gauge,
      attributeKeys: [],
      bounds: [],
    }) as object,
  ]);
});

test("keys and bounds that never end are cut off", async () => {
  const requests = Array.from({ length: 300 }, (_, index) => {
    const point = { attributes: { [`key${index}`]: "" }, time: 1, bounds: [index], counts: [0, 0] };
    return request({}, metric("made-up", { histogram: { points: [point] } }));
  });
  const [only] = await capturedMetrics(sourceOf(requests));
  expect([only?.attributeKeys.length, only?.bounds.length, only?.pointCount]).toEqual([
    256, 16, 300,
  ]);
});
