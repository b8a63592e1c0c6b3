/** What senders get wrong: each is told, none of it is counted, and the rest of a request is. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeStatus } from "../otlp/status-reader.ts";
import type { MetricInput } from "../otlp/request-builder.ts";
import { Home } from "./home.ts";
import { at, post, request, send } from "./otlp.ts";
import { startHere } from "./running-server.ts";
import { SHOP_RULES } from "./shop-rules.ts";

const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json";
const HOUR = 3_600_000;
const orders = (...points: readonly object[]): MetricInput => ({
  name: "orders",
  sum: { points: points.map((point) => ({ ...moment(), ...point })) },
});
const moment = () => ({ start: at(Date.now()), time: at(Date.now()) });
const durations = (point: object): MetricInput => ({
  name: "duration",
  unit: "s",
  histogram: {
    points: [{ ...moment(), bounds: [0.25, 1], counts: [1, 1, 1], ...point }],
  },
});

describe("a request that is wrong as a whole", () => {
  test("is refused with a status and a google.rpc.Status, and nothing of it counts", async () => {
    const { http, api } = await startHere(new Home({ "shop.yaml": SHOP_RULES }), {
      limitsRequestBytes: "64KiB",
    });
    const whole = request("shop", [orders({ int: 5 })]);
    const bomb = gzipSync(Buffer.alloc(1024 * 1024));
    const cases: readonly [
      string,
      number,
      RegExp,
      {
        type?: string;
        encoding?: string;
        path?: string;
        method?: string;
        body?: string | Uint8Array<ArrayBuffer>;
      },
    ][] = [
      ["cut protobuf", 400, /byte|field|end/i, { body: whole.slice(0, -3) }],
      ["garbage", 400, /./, { body: new Uint8Array(100).fill(255) }],
      ["cut JSON", 400, /./, { type: JSON_TYPE, body: '{"resourceMetrics": [' }],
      [
        "JSON of another shape",
        400,
        /resourceMetrics/,
        { type: JSON_TYPE, body: '{"resourceMetrics": 5}' },
      ],
      ["too large", 413, /./, { body: new Uint8Array(100_000) }],
      ["too large once inflated", 413, /./, { encoding: "gzip", body: Uint8Array.from(bomb) }],
      ["no gzip", 400, /gzip/, { encoding: "gzip", body: whole }],
      ["unknown content type", 415, /./, { type: "text/plain", body: "orders 5" }],
      ["unknown path", 404, /./, { path: "/v1/metric", body: whole }],
      ["wrong method", 405, /./, { method: "GET" }],
    ];
    for (const [
      what,
      status,
      says,
      { type = PROTOBUF, encoding, path = "/v1/metrics", method = "POST", body },
    ] of cases) {
      const headers = {
        "content-type": type,
        ...(encoding === undefined ? {} : { "content-encoding": encoding }),
      };
      const response = await fetch(http + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      const answer = new Uint8Array(await response.arrayBuffer());
      expect([what, response.status]).toEqual([what, status]);
      const isJson = response.headers.get("content-type")?.startsWith(JSON_TYPE) === true;
      const message = isJson
        ? (JSON.parse(Buffer.from(answer).toString()) as { message: string }).message
        : decodeStatus(answer).message;
      expect(message, what).toMatch(says);
    }
    expect(await api.counts("shop/orders")).toEqual([0, 0]);
    await send(http, whole);
    expect(await api.counts("shop/orders")).toEqual([5, 5]);
  });
});

describe("a point that is wrong alone", () => {
  test("is named and counted in partial_success; the rest of the request is taken", async () => {
    const { http, api } = await startHere(new Home({ "shop.yaml": SHOP_RULES }));
    const { status, body } = await post(
      http,
      request("shop", [
        orders(
          { attributes: { code: "200" }, int: 9 },
          { attributes: { code: "500" }, int: 1 },
          { attributes: { code: "201" }, double: Number.NaN },
          { attributes: { code: "202" }, int: -4 },
          { attributes: { code: "203" }, int: 4, time: at(Date.now() + HOUR) },
          { attributes: { code: "204" }, int: 4, time: 0n },
        ),
        durations({ attributes: { route: "/a" } }),
        durations({ attributes: { route: "/b" }, counts: [1, 1] }),
        durations({ attributes: { route: "/c" }, bounds: [1, 0.25] }),
        durations({ attributes: { route: "/d" }, count: 0 }),
      ]),
    );
    expect(status).toBe(200);
    const text = Buffer.from(body).toString();
    for (const word of ["orders", "duration", "future"]) expect(text).toContain(word);
    expect(await api.counts("shop/orders")).toEqual([9, 10]);
    expect(await api.counts("shop/speed")).toEqual([1, 3]);
    const { ingest } = await api.status();
    expect(ingest.points).toEqual({ accepted: 3, rejected: 7, unused: 0 });
    expect(ingest.rejections).toEqual({
      "value-not-finite": 1,
      "value-negative": 1,
      "time-in-future": 1,
      "time-unset": 1,
      "bucket-count-mismatch": 1,
      "bounds-not-increasing": 1,
      "buckets-exceed-count": 1,
    });
    expect(ingest.diagnostics).toMatchObject({ new_writer: 3 });
    expect(ingest.journal).toMatchObject({ failedEntries: 0 });
    expect(await api.metric("slowburn_otlp_rejections_total", { reason: "time-unset" })).toBe(1);
    expect(await api.metric("slowburn_series_diagnostics_total", { kind: "new_writer" })).toBe(3);
    expect(ingest.requests.filter(({ count }) => count > 0)).toEqual([
      { transport: "http", encoding: "protobuf", outcome: "partial", count: 1 },
    ]);
  });
});
