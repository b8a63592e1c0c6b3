/** What operators are told of receivers: trouble once, its end once, and what nobody will get. */
import { describe, expect, it } from "vitest";
import {
  alertOf,
  AM,
  answered,
  DispatcherBench,
  HOOK,
  taken,
  TICK,
  unanswered,
} from "./dispatcher-bench.ts";

const MINUTE = 60_000;
const one = { ...AM, urls: ["http://a:9093"] } as typeof AM;

describe.each([
  ["an Alertmanager", one, "am http://a:9093"],
  ["a webhook", HOOK, "hook http://hook"], // not its path: it may be the secret
])("%s", (_name, receiver, who) => {
  it("that does not answer is told of once, and once more when it answers again", async () => {
    const bench = new DispatcherBench([receiver]);
    bench.answer = () => unanswered;
    await bench.fire(alertOf("a"), alertOf("b"));
    await bench.run(10 * MINUTE);
    expect(bench.told).toEqual([`0: ${who} failed connect ECONNREFUSED`]);
    expect(bench.dispatcher.stats()[0]?.failingSince).toBe(bench.timers.now() - 10 * MINUTE);
    bench.answer = () => taken;
    await bench.run(10 * MINUTE);
    expect(bench.told).toHaveLength(2);
    const [at, waitedMs] = /^(\d+): .* recovered (\d+)$/.exec(bench.told[1]!)!.slice(1);
    expect(waitedMs).toBe(at); // it failed from the first moment on
    expect(bench.dispatcher.stats()[0]?.failingSince).toBeUndefined();
  });

  it("that fails again is told of again", async () => {
    const bench = new DispatcherBench([receiver]);
    bench.answer = () => (bench.sent.length % 2 === 1 ? answered(503) : taken);
    await bench.fire(alertOf("a"));
    await bench.run(MINUTE);
    await bench.resolve(alertOf("a"));
    await bench.run(MINUTE);
    const kinds = bench.told.map((line) => line.split(" ")[3]);
    expect(kinds.slice(0, 4)).toEqual(["failed", "recovered", "failed", "recovered"]);
  });

  it("that is cut off by a stop has not failed", async () => {
    const bench = new DispatcherBench([receiver], { stopTimeoutMs: TICK });
    bench.answer = ({ signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(unanswered)));
    await bench.fire(alertOf("a"));
    const stopped = bench.dispatcher.stop();
    await bench.timers.advance(TICK);
    await stopped;
    expect(bench.told).toEqual([]);
  });
});

it("each URL of a receiver fails for itself", async () => {
  const bench = new DispatcherBench([AM]);
  bench.answer = ({ url }) => (url.startsWith("http://b") ? answered(500) : taken);
  await bench.fire(alertOf("a"));
  expect(bench.told).toEqual(["0: am http://b:9093/am failed status 500"]);
});

it("what is given up is told of, a line a minute at most, with how many it were since", async () => {
  const bench = new DispatcherBench([HOOK]);
  bench.answer = () => answered(401);
  await bench.fire(alertOf("a"), alertOf("b"), alertOf("c"));
  await bench.run(2 * MINUTE);
  await bench.fire(alertOf("d"));
  expect(bench.told).toEqual([
    "0: hook http://hook given-up 1 refused, status 401",
    "120000: hook http://hook given-up 3 refused, status 401",
  ]);
});

it("an alert that an Alertmanager refuses alone is given up, and the Alertmanager does not fail", async () => {
  const bench = new DispatcherBench([one]);
  bench.answer = (_, body) => (JSON.stringify(body).includes("bad") ? answered(400) : taken);
  await bench.fire(alertOf("bad"), alertOf("good"));
  await bench.run(MINUTE / 2);
  expect(bench.told.map((line) => line.split(" ").slice(0, 4).join(" "))).toEqual([
    "0: am http://a:9093 given-up",
  ]);
  expect(bench.dispatcher.stats()[0]?.failingSince).toBeUndefined();
});
