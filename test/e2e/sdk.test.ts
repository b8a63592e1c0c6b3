/** The OpenTelemetry JavaScript SDK → slowburn → the API: every event counts once, whoever restarts in the middle. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Home } from "./home.ts";
import { createRandom, SEED } from "./random.ts";
import { startProcess, type SlowburnProcess } from "./running-server.ts";
import { SdkService, WAYS, type SloName } from "./sdk-service.ts";

const RULES = readFileSync(join(import.meta.dirname, "rules/sdk.yaml"), "utf8");
const SLOS: readonly SloName[] = ["orders", "money", "answers", "speed", "jobs"];

describe(`SDKs over every protocol, temporality and histogram (seed ${SEED})`, () => {
  const home = new Home({ "sdk.yaml": RULES });
  const random = createRandom(SEED);
  let slowburn: SlowburnProcess;
  let services: SdkService[];

  const work = () =>
    Promise.all(services.map((service) => service.work(random, 1 + random.below(6))));
  const restart = async (signal: "SIGTERM" | "SIGKILL") => {
    await slowburn.end(signal);
    slowburn = await startProcess(home, {}, { like: slowburn });
  };

  /** Everything the services ever recorded, and nothing else. */
  async function expectTruth(): Promise<void> {
    await slowburn.api.settled();
    for (const slo of SLOS) {
      const { groups } = await slowburn.api.slo(`e2e/${slo}`);
      const counted = groups.map(({ group, good, total, goodBounds, integrity }) => [
        group["service.name"],
        { good, total, isExact: goodBounds === null, integrity: integrity.kind },
      ]);
      const recorded = services.map(({ name, truth }) => [
        name,
        { ...truth[slo], isExact: true, integrity: "complete" },
      ]);
      expect(Object.fromEntries(counted), slo).toEqual(Object.fromEntries(recorded));
    }
  }

  beforeAll(async () => {
    slowburn = await startProcess(home);
    services = WAYS.map((way) => new SdkService(way, slowburn));
  });

  test("steady exports, after slowburn was stopped, after it was killed, and after the services restarted", async () => {
    for (let round = 0; round < 3; round++) await work();
    await expectTruth();
    await restart("SIGTERM");
    await expectTruth();
    await work();
    await expectTruth();
    await work();
    await restart("SIGKILL");
    await expectTruth();
    await work();
    await Promise.all(services.map((service) => service.restart()));
    await work();
    await work();
    await expectTruth();
    await restart("SIGKILL");
    await work();
    await Promise.all(services.map((service) => service.close()));
    await expectTruth();
    const { ingest } = await slowburn.api.status();
    expect(ingest.points).toMatchObject({ rejected: 0, unused: 0 });
  });
});
