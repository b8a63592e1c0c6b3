/** Another evaluation interval over the same data directory: counts are carried over into buckets of the other width. */
import { expect, test } from "vitest";
import { Home } from "./home.ts";
import { at, request, send } from "./otlp.ts";
import { startHere, startProcess } from "./running-server.ts";
import { SHOP_RULES } from "./shop-rules.ts";

const start = at(Date.now());
const body = (count: number) => {
  const time = at(Date.now(), count);
  const points = [{ attributes: { code: "200" }, start, time, int: count }];
  const counts = [count, count, 0];
  return request("shop", [
    { name: "orders", sum: { points } },
    {
      name: "duration",
      unit: "s",
      histogram: { points: [{ start, time, bounds: [0.25, 1], counts }] },
    },
  ]);
};

test.each(["SIGTERM", "SIGKILL"] as const)(
  "after %s: every event before and after is counted",
  async (signal) => {
    const home = new Home({ "shop.yaml": SHOP_RULES });
    const first = await startProcess(home, {}, { snapshotEveryMs: 100 });
    await send(first.http, body(10));
    await first.api.settled();
    await first.api.settled();
    await send(first.http, body(11));
    await first.end(signal);
    const second = await startHere(home, { evaluationInterval: "200ms" });
    expect(await second.api.counts("shop/orders")).toEqual([1, 1]); // the first point is a baseline
    await send(second.http, body(15));
    expect(await second.api.counts("shop/orders")).toEqual([5, 5]);
    expect(await second.api.counts("shop/speed")).toEqual([5, 10]);
    const { reading } = await second.api.slo("shop/orders");
    expect(reading?.integrity).toEqual({ kind: "complete", reasons: [] });
    await second.close();
    const third = await startHere(home, { evaluationInterval: "200ms" });
    await send(third.http, body(27));
    expect(await third.api.counts("shop/orders")).toEqual([17, 17]);
    expect(third.log.map(({ event }) => event)).not.toContain("store.damaged");
  },
);
