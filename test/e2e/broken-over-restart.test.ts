/**
 * A template, or a file of exclusions, that is broken or gone when slowburn starts again: what used it goes on as it was,
 * and all who ask are told. After a clean stop as after a crash.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ApiClient } from "./api-client.ts";
import { Home } from "./home.ts";
import { at, request, send } from "./otlp.ts";
import { startProcess, type SlowburnProcess } from "./running-server.ts";

const TEMPLATE = `apiVersion: slowburn/v1
templates:
  jobs@1:
    parameters: { queue: { type: string, example: mail } }
    slos:
      done:
        objective: 99%
        window: 1h
        alerts: none
        sli: { metric: jobs, where: { queue: { param: queue } }, bad: { failed: true } }
`;
const using = (queue: string) =>
  `apiVersion: slowburn/v1\nservice: worker\nuse: jobs@1\nwith: { queue: ${queue} }\n`;
const PLAIN = `apiVersion: slowburn/v1
service: shop
slos:
  jobs: { objective: 99%, window: 1h, alerts: none, sli: { metric: jobs, bad: { failed: true } } }
`;
const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString();
const MAINTENANCE = `apiVersion: slowburn/v1
exclude:
  - match: { service: shop }
    reason: Upgrade
    from: ${day(-2)}
    to: ${day(2)}
`;

const sendJobs = async ({ http }: Pick<SlowburnProcess, "http">) => {
  const now = Date.now();
  const point = { attributes: { queue: "mail" }, start: at(now - 1_000), time: at(now), int: 10 };
  await send(
    http,
    request("worker", [{ name: "jobs", sum: { temporality: "delta", points: [point] } }]),
  );
};

/** By SLO: total, and what an exclusion leaves out. */
async function counted(api: ApiClient) {
  await api.settled();
  const { slos } = await api.slos();
  return Object.fromEntries(
    slos.map(({ id, reading }) => [id, [reading?.total, reading?.excluded?.total]]),
  );
}
const statesOf = async (home: Home, api: ApiClient) =>
  Object.fromEntries(
    (await api.rules()).files.map(({ file, state }) => [file.slice(home.rules.length + 1), state]),
  );

test.each(["SIGTERM", "SIGKILL"] as const)(
  "what used a broken template or was in a broken exclusion goes on after %s",
  async (signal) => {
    const home = new Home({
      "maintenance.yaml": MAINTENANCE,
      "platform.yaml": TEMPLATE,
      "shop.yaml": PLAIN,
      "worker.yaml": using("mail"),
    });
    const first = await startProcess(home);
    await sendJobs(first);
    await first.end(signal);

    home.write("platform.yaml", TEMPLATE.replace("99%", "99"));
    home.write("maintenance.yaml", MAINTENANCE.replace("match", "mtch"));
    const second = await startProcess(home);
    await sendJobs(second);
    expect(await counted(second.api)).toEqual({
      "shop/jobs": [0, 20],
      "worker/done": [20, undefined],
    });
    expect(await statesOf(home, second.api)).toEqual({
      "maintenance.yaml": "kept-last-good",
      "platform.yaml": "rejected",
      "shop.yaml": "loaded",
      "worker.yaml": "kept-last-good",
    });
    const told = second.log.filter(({ event }) => event === "rules.problem");
    expect(told).toMatchObject([
      { code: "unknown-key", file: join(home.rules, "maintenance.yaml") },
      { code: "objective-sign", file: join(home.rules, "platform.yaml") },
      { code: "template-unsound", file: join(home.rules, "worker.yaml") },
    ]);
    await second.end(signal);

    // Gone is worse than broken, and an edit of what uses it has nothing to stand on.
    home.remove("platform.yaml");
    home.write("worker.yaml", using("print"));
    const third = await startProcess(home);
    await sendJobs(third);
    expect(await counted(third.api)).toMatchObject({ "worker/done": [30, undefined] });
    expect(await statesOf(home, third.api)).toMatchObject({ "worker.yaml": "kept-last-good" });
    await third.end(signal);

    home.write("platform.yaml", TEMPLATE);
    home.write("worker.yaml", using("mail"));
    home.write("maintenance.yaml", MAINTENANCE);
    const fourth = await startProcess(home);
    await sendJobs(fourth);
    expect(await counted(fourth.api)).toEqual({
      "shop/jobs": [0, 40],
      "worker/done": [40, undefined],
    });
    expect(new Set(Object.values(await statesOf(home, fourth.api)))).toEqual(new Set(["loaded"]));
    await fourth.end("SIGTERM");
  },
);
