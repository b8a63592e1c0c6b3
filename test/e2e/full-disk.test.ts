/** A disk that takes no writes: readiness and the log say so once, and that it goes on. */
import { expect, test } from "vitest";
import { OperationError } from "../../src/slo/index.ts";
import type { Store } from "../../src/storage/index.ts";
import { createMemoryStore } from "../storage/memory-store.ts";
import { Home } from "./home.ts";
import { at, post, request } from "./otlp.ts";
import { startHere } from "./running-server.ts";
import { until } from "./until.ts";

const RULES = `apiVersion: slowburn/v1
service: shop
slos: { orders: { objective: 99%, sli: { metric: orders, bad: { code: "500" } } } }
`;

class Disk {
  isFull = false;
  refusals = 0;
  readonly store: Store;

  constructor() {
    const memory = createMemoryStore();
    const unlessFull = <T>(write: () => Promise<T>): Promise<T> => {
      if (!this.isFull) return write();
      this.refusals++;
      return Promise.reject(new OperationError("disk-full", "no room left", { retryable: true }));
    };
    this.store = {
      recover: () => memory.recover(),
      append: (body, outbox) => unlessFull(() => memory.append(body, outbox)),
      saveSnapshot: (seq, parts) => unlessFull(() => memory.saveSnapshot(seq, parts)),
      stats: () => memory.stats(),
      close: () => memory.close(),
    };
  }
}

test("is not ready while its disk is full, says so once, and is ready again by itself", async () => {
  const disk = new Disk();
  const home = new Home({ "shop.yaml": RULES });
  let aheadMs = 0;
  const slowburn = await startHere(
    home,
    {},
    {
      openStore: () => Promise.resolve(disk.store),
      now: () => Date.now() + aheadMs,
      snapshotEveryMs: 200,
    },
  );
  const ready = async () => {
    const response = await fetch(`${slowburn.api.url}/-/ready`);
    const { detail = "ready" } = (await response.json()) as { detail?: string };
    return `${response.status} ${detail}`;
  };
  const points = () => [
    { attributes: { code: "200" }, start: at(1), time: at(Date.now()), int: 1 },
  ];
  const sends = async () =>
    (await post(slowburn.http, request("shop", [{ name: "orders", sum: { points: points() } }])))
      .status;
  const events = () => slowburn.log.filter(({ event }) => /^store\.(failed|resumed)/.test(event));

  expect([await sends(), await ready()]).toEqual([200, "200 ready"]);
  disk.isFull = true;
  expect([await sends(), await ready()]).toEqual([
    503,
    `503 failing: ${home.data} takes no writes: no room left`,
  ]);
  expect((await slowburn.api.status()).state).toBe("failing");
  await until("snapshots and tries of each tick were refused too", () => disk.refusals > 5);
  expect([await sends(), await sends()]).toEqual([503, 503]);
  expect(events()).toMatchObject([
    { event: "store.failed", level: "error", directory: home.data, error: "no room left" },
  ]);

  disk.isFull = false;
  aheadMs += 20_000;
  await until("it is ready, without a request", async () => (await ready()) === "200 ready");
  expect(await sends()).toBe(200);
  expect(events().slice(1)).toMatchObject([{ event: "store.resumed", directory: home.data }]);
  await slowburn.close();
});
