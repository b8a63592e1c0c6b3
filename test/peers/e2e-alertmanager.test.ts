/** A running slowburn and a real Alertmanager: how soon a page comes, what keeps it alive, what ends it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Home } from "../e2e/home.ts";
import { startHere, startProcess } from "../e2e/running-server.ts";
import { Traffic } from "../e2e/traffic.ts";
import { until } from "../e2e/until.ts";
import { Alertmanager } from "./alertmanager-process.ts";

const rules = (name: string, window: string, short: string) => `
apiVersion: slowburn/v1
service: peer
owner: peer-team
slos:
  ${name}:
    objective: 99%
    window: ${window}
    sli: { metric: ${name}, bad: { code: "500" } }
    alerts:
      name: quick
      tiers: [{ severity: page, factor: 2, long: 10m, short: ${short} }]
`;

const folder = mkdtempSync(join(tmpdir(), "slowburn-am-e2e-"));
let alertmanager: Alertmanager;
beforeAll(async () => {
  alertmanager = await Alertmanager.at(folder);
});
afterAll(async () => {
  await alertmanager.stop();
  rmSync(folder, { recursive: true });
});

describe("a page", () => {
  test("that fires while Alertmanager is down comes when it is up, lives through a kill of slowburn, and resolves", async () => {
    const home = new Home({ "peer.yaml": rules("lives", "1d", "3s") });
    const flags = { evaluationInterval: "1s", alertmanagerUrls: [alertmanager.url] };
    const first = await startProcess(home, flags);
    const traffic = new Traffic("peer");
    await traffic.send(first, "lives", 50, 50);
    const firing = async () => (await first.api.alerts()).find(({ state }) => state === "firing");
    await until("it fires", async () => (await firing()) !== undefined);
    const { firedAt, fingerprint, labels } = (await firing())!;
    await alertmanager.start();
    await until("it is received", () => alertmanager.active("peer/lives").length === 1);
    const [received] = alertmanager.active("peer/lives");
    expect(received).toMatchObject({ startsAt: firedAt, fingerprint, labels });
    expect(received!.annotations["summary"]).toMatch(/^peer\/lives is burning its error budget/);

    await first.end("SIGKILL");
    const second = await startProcess(home, flags, { like: first });
    await until("it is kept alive", () => {
      const [alert] = alertmanager.active("peer/lives");
      expect(alert?.startsAt).toBe(firedAt);
      return Date.parse(alert!.endsAt) > Date.parse(received!.endsAt);
    });
    const recover = async () => {
      await traffic.send(second, "lives", 5000, 0);
      return alertmanager.active("peer/lives").length === 0;
    };
    await until("it is resolved", recover, { everyMs: 200 });
    const [resolved] = await second.api.alerts();
    expect(resolved).toMatchObject({ state: "resolved", resolveReason: "recovered", firedAt });
  });

  test("comes within 11 s of the first bad request, at the default interval", async () => {
    const home = new Home({ "peer.yaml": rules("soon", "30d", "1m") });
    const flags = { evaluationInterval: "10s", alertmanagerUrls: [alertmanager.url] };
    const slowburn = await startHere(home, flags);
    const traffic = new Traffic("peer");
    await traffic.send(slowburn, "soon", 1000, 0);
    await wait(10_000 - (Date.now() % 10_000) + 5); // the worst moment: a bucket has just begun
    const outageAt = Date.now();
    await traffic.send(slowburn, "soon", 0, 100);
    await until("it is received", () => alertmanager.active("peer/soon").length === 1, {
      everyMs: 50,
    });
    expect(Date.now() - outageAt).toBeLessThan(11_000);
    await slowburn.close();
  });
});
