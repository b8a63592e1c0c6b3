/** The first point of a series: what is new counts in full, what may be old is a baseline (DESIGN 4.3). */
import { describe, expect, test } from "vitest";
import type { ServerPorts } from "../../src/server/index.ts";
import { Home } from "./home.ts";
import { at, request, send } from "./otlp.ts";
import { startHere, type Slowburn } from "./running-server.ts";
import { SHOP_RULES } from "./shop-rules.ts";

const MINUTE = 60_000;

interface Point {
  readonly code: string;
  /** Moments, ms. */
  readonly start: number;
  readonly time: number;
  readonly value: number;
}

const orders = (temporality: "cumulative" | "delta", ...points: readonly Point[]) =>
  request("shop", [
    {
      name: "orders",
      sum: {
        temporality,
        points: points.map(({ code, start, time, value }) => ({
          attributes: { code },
          start: at(start),
          time: at(time),
          int: value,
        })),
      },
    },
  ]);

const serve = (ports: Partial<ServerPorts> = {}): Promise<Slowburn> =>
  startHere(new Home({ "shop.yaml": SHOP_RULES }), {}, ports);

describe("a first point", () => {
  test.each(["cumulative", "delta"] as const)(
    "of a series that begins with an error counts, %s",
    async (temporality) => {
      const { http, api } = await serve();
      const now = Date.now();
      const start = now - 2;
      await send(http, orders(temporality, { code: "500", start, time: now, value: 3 }));
      expect(await api.counts("shop/orders")).toEqual([0, 3]);
      await send(http, orders(temporality, { code: "500", start, time: now + 1, value: 3 }));
      expect(await api.counts("shop/orders")).toEqual([0, temporality === "delta" ? 6 : 3]);
    },
  );

  test.each(["cumulative", "delta"] as const)(
    "whose start is its time, as JavaScript SDKs send it, counts, %s",
    async (temporality) => {
      const { http, api } = await serve();
      const now = Date.now();
      await send(http, orders(temporality, { code: "200", start: now, time: now, value: 5 }));
      expect(await api.counts("shop/orders")).toEqual([5, 5]);
    },
  );

  test("of a process older than slowburn is a baseline; what it adds later counts", async () => {
    const { http, api } = await serve();
    const now = Date.now();
    const start = now - 60 * MINUTE;
    await send(http, orders("cumulative", { code: "200", start, time: now - 5000, value: 1000 }));
    expect(await api.counts("shop/orders")).toEqual([0, 0]);
    await send(http, orders("cumulative", { code: "200", start, time: now, value: 1010 }));
    expect(await api.counts("shop/orders")).toEqual([10, 10]);
  });

  test("of an error series that such a process did not send in its earlier exports counts in full", async () => {
    let clock = () => Date.now() - MINUTE;
    const { http, api } = await serve({ now: () => clock() });
    const now = Date.now() - MINUTE;
    const start = now - 60 * MINUTE;
    const fine = (time: number, value: number) => ({ code: "200", start, time, value });
    await send(http, orders("cumulative", fine(now + 1000, 1000)));
    await send(http, orders("cumulative", fine(now + 3000, 1001)));
    const error = { code: "500", start, time: now + 5000, value: 2 };
    await send(http, orders("cumulative", fine(now + 5000, 1002), error));
    clock = Date.now; // a minute passes
    expect(await api.counts("shop/orders")).toEqual([2, 4]);
  });

  test("of two processes that share an identity: both add up", async () => {
    const { http, api } = await serve();
    const now = Date.now();
    for (const [age, value] of [
      [3, 7],
      [2, 11],
    ] as const)
      await send(
        http,
        orders("cumulative", { code: "200", start: now - age, time: now + age, value }),
      );
    await send(
      http,
      orders("cumulative", { code: "200", start: now - 3, time: now + 20, value: 8 }),
    );
    await send(
      http,
      orders("cumulative", { code: "200", start: now - 2, time: now + 21, value: 13 }),
    );
    expect(await api.counts("shop/orders")).toEqual([21, 21]);
  });
});
