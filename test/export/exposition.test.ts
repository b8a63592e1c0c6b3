import fc from "fast-check";
import { gunzipSync } from "node:zlib";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import {
  CONTENT_TYPES,
  Exposition,
  METRICS,
  processMetrics,
  scrape,
  type ExpositionFormat,
  type ExpositionSource,
} from "../../src/export/index.ts";
import { burnRate, windowsOf } from "../../src/slo/index.ts";
import { fakeEngine, fakeSlo, fakeSource, shopSource, TICK_MS } from "./fake-source.ts";
import { parseExposition, type ParsedSample } from "./parse-exposition.ts";

const FORMATS: readonly ExpositionFormat[] = ["text", "openmetrics"];

const expose = async (source: ExpositionSource, format: ExpositionFormat = "text") =>
  (await buffer(new Exposition(source).write(format))).toString("utf8");

const samplesOf = async (source: ExpositionSource): Promise<readonly ParsedSample[]> =>
  parseExposition(await expose(source), "text").flatMap(({ samples }) => samples);

function value(samples: readonly ParsedSample[], name: string, labels: Record<string, string>) {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
  );
  return found.length === 0 ? undefined : found.map((sample) => sample.value);
}

describe("golden", () => {
  test.each(FORMATS)("the shop in %s", async (format) => {
    const text = await expose(shopSource(), format);
    await expect(text).toMatchFileSnapshot(`golden/shop.${format}.txt`);
    parseExposition(text, format);
  });
});

describe("values", () => {
  test("are those of the error-budget arithmetic on the same sums", async () => {
    const samples = await samplesOf(shopSource());
    const slo = { slo: "checkout/availability" };
    expect(value(samples, METRICS.sliRatio.name, slo)).toEqual([0.9995]);
    expect(value(samples, METRICS.budgetRemainingRatio.name, slo)).toEqual([0.5]);
    expect(value(samples, METRICS.burnRate.name, { ...slo, lookback: "1h" })).toEqual([25]);
    expect(value(samples, METRICS.errorRatio.name, { ...slo, lookback: "5m" })).toEqual([6 / 166]);
    // remaining 0.5 x 30 d / burn 25
    expect(value(samples, METRICS.exhaustionSeconds.name, slo)).toEqual([(0.5 * 30 * 86_400) / 25]);
    expect(value(samples, METRICS.windowEvents.name, { ...slo, kind: "bad" })).toEqual([500]);
    expect(value(samples, METRICS.eventsTotal.name, slo)).toEqual([1_000_000]);
    expect(value(samples, METRICS.alertState.name, { ...slo, severity: "page" })).toEqual([2]);
    expect(value(samples, METRICS.alertState.name, { ...slo, severity: "ticket" })).toEqual([0]);
    expect(value(samples, METRICS.newestPointSeconds.name, slo)).toEqual([TICK_MS / 1000 - 5]);
    expect(value(samples, METRICS.alertThreshold.name, { ...slo, long: "1h" })).toEqual([14.4]);
  });

  test("of a stream without events are absent, while it stays visible", async () => {
    const samples = await samplesOf(shopSource());
    const slo = { slo: "deploy/success" };
    const absent = [
      METRICS.sliRatio,
      METRICS.budgetRemainingRatio,
      METRICS.budgetConsumedRatio,
      METRICS.errorRatio,
      METRICS.burnRate,
      METRICS.exhaustionSeconds,
      METRICS.newestPointSeconds,
    ];
    for (const { name } of absent) expect(value(samples, name, slo), name).toBeUndefined();
    expect(value(samples, METRICS.windowEvents.name, slo)).toEqual([0, 0]);
    expect(value(samples, METRICS.objectiveRatio.name, slo)).toEqual([0.95]);
  });

  test("of an estimated latency carry the estimate and its bounds", async () => {
    const samples = await samplesOf(shopSource());
    const slo = { slo: "checkout/latency" };
    expect(value(samples, METRICS.sliRatio.name, slo)).toEqual([0.96]);
    expect(value(samples, METRICS.sliBoundRatio.name, slo)).toEqual([0.9, 0.98]);
    expect(value(samples, METRICS.goodEventsTotal.name, slo)).toEqual([960]);
    expect(value(samples, METRICS.integrity.name, slo)).toEqual([0]);
  });

  test("an SLO whose groups have not been seen still shows its objective", async () => {
    const slo = fakeSlo("a/b", { per: ["http.route"] });
    const samples = await samplesOf(fakeSource(fakeEngine([]), [slo]));
    expect(value(samples, METRICS.objectiveRatio.name, { slo: "a/b" })).toEqual([0.999]);
  });

  test("columns the engine does not offer are left out", async () => {
    const slo = fakeSlo("a/b");
    const engine = fakeEngine([{ slo, events: [9, 10] }]);
    const {
      lifetimeGood: _g,
      lifetimeTotal: _t,
      sinceMs: _s,
      isPartial: _p,
      ...plain
    } = engine.shards[0]!;
    engine.shards = [plain];
    const names = new Set((await samplesOf(fakeSource(engine, [slo]))).map(({ name }) => name));
    expect(names.has(METRICS.sliRatio.name)).toBe(true);
    for (const metric of [
      METRICS.eventsTotal,
      METRICS.goodEventsTotal,
      METRICS.sinceSeconds,
      METRICS.integrity,
    ])
      expect(names.has(metric.name), metric.name).toBe(false);
  });
});

describe("one tick", () => {
  const slo = fakeSlo("busy/availability");
  const streams = Array.from({ length: 400 }, (_, i) => ({
    slo: { ...slo, id: `busy/s${i}` },
    events: [900, 1000] as const,
  }));

  test.each(FORMATS)("a tick while %s is read changes nothing in it", async (format) => {
    const engine = fakeEngine(streams);
    const source = fakeSource(engine, []);
    const before = await expose(source, format);
    const pieces: Uint8Array[] = [];
    for await (const piece of new Exposition(source).write(format)) {
      pieces.push(piece);
      for (const shard of engine.shards) {
        for (const column of [...shard.goodSums, ...shard.totalSums, shard.newestPointMs])
          column.fill(7);
        shard.lifetimeTotal!.fill(7);
        shard.streams.fill(-1);
      }
      engine.tickedAtMs += 10_000;
    }
    expect(pieces.length).toBeGreaterThan(5);
    expect(Buffer.concat(pieces).toString()).toBe(before);
    expect(await expose(source, format)).not.toBe(before);
  });

  test("the snapshot is of the call, not of the first read", async () => {
    const engine = fakeEngine(streams);
    const source = fakeSource(engine, []);
    const before = await expose(source);
    const answer = new Exposition(source).write("text");
    engine.shards = [];
    expect((await buffer(answer)).toString()).toBe(before);
  });

  test("pieces are small, and other work runs between them", async () => {
    let turns = 0;
    let pieceCount = 0;
    const timer = setImmediate(function again() {
      turns++;
      timers.push(setImmediate(again));
    });
    const timers = [timer];
    for await (const piece of new Exposition(fakeSource(fakeEngine(streams), [])).write("text")) {
      pieceCount++;
      expect(piece.length).toBeLessThan(80 * 1024);
    }
    timers.forEach(clearImmediate);
    expect(turns).toBeGreaterThanOrEqual(pieceCount - 1);
  });

  test("labels follow a rule that is loaded anew and an index that is used again", async () => {
    const engine = fakeEngine([{ slo, events: [9, 10] }]);
    const source = fakeSource(engine, []);
    const exposition = new Exposition(source);
    const read = async () => (await buffer(exposition.write("text"))).toString();
    expect(await read()).toContain('service="busy"');
    const view = engine.stream(0 as never)!;
    Object.assign(engine, {
      stream: () => ({ ...view, slo: { ...slo, service: "renamed" }, key: view.key }),
    });
    expect(await read()).toContain('service="renamed"');
    Object.assign(engine, {
      stream: () => ({ ...view, slo: { ...slo, id: "other/x" }, key: "other/x" }),
    });
    expect(await read()).toContain('slo="other/x"');
  });
});

describe("properties", () => {
  const text = fc.string({ unit: "binary", maxLength: 12 });
  const events = fc
    .tuple(fc.nat({ max: 2 ** 40 }), fc.nat({ max: 2 ** 40 }))
    .map(([good, bad]): [number, number] => [good, good + bad]);

  test("every line parses in both formats, with the labels and numbers put in", async () => {
    const arbitrary = fc.record({
      labels: fc.dictionary(text, text, { maxKeys: 4 }),
      per: fc.uniqueArray(text, { maxLength: 3 }),
      group: fc.array(text, { minLength: 3, maxLength: 3 }),
      owner: text,
      events,
    });
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ labels, per, group, owner, events: [good, total] }) => {
        const slo = fakeSlo("svc/name", { labels, per, owner });
        const stream = { slo, group: group.slice(0, per.length), events: [good, total] as const };
        const source = fakeSource(fakeEngine([stream]), [slo]);
        for (const format of FORMATS) {
          const samples = parseExposition(await expose(source, format), format).flatMap(
            (family) => family.samples,
          );
          expect(samples.filter((sample) => Number.isNaN(sample.value))).toEqual([]);
          const info = samples.find(({ name }) => name === METRICS.sloInfo.name);
          expect(info?.labels["owner"] ?? "").toBe(owner);
          const shown = Object.values(info?.labels ?? {});
          for (const label of Object.values(labels))
            if (label !== "") expect(shown).toContain(label);
          const burns = samples.filter(({ name }) => name === METRICS.burnRate.name);
          const expected = burnRate(good, total, slo.objective.budgetPpb);
          expect(burns.map((sample) => sample.value)).toEqual(
            expected === undefined ? [] : windowsOf(slo).map(() => expected),
          );
          for (const member of stream.group)
            if (member !== "" && burns[0]) expect(Object.values(burns[0].labels)).toContain(member);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("scrape", () => {
  test("negotiates type and compression", async () => {
    const exposition = new Exposition(shopSource());
    const plain = scrape(exposition, { accept: undefined, acceptEncoding: undefined });
    expect(plain.headers["content-type"]).toBe(CONTENT_TYPES.text);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    const zipped = scrape(exposition, {
      accept: "application/openmetrics-text;version=1.0.0",
      acceptEncoding: "gzip, deflate",
    });
    expect(zipped.headers["content-type"]).toBe(CONTENT_TYPES.openmetrics);
    expect(zipped.headers["content-encoding"]).toBe("gzip");
    const text = gunzipSync(await buffer(zipped.body)).toString();
    expect(text).toBe(await expose(shopSource(), "openmetrics"));
    expect((await buffer(plain.body)).toString()).toBe(await expose(shopSource(), "text"));
  });

  test.each(["identity", "gzip"])(
    "a client that goes away ends the work (%s)",
    async (acceptEncoding) => {
      let ended = false;
      const exposition = {
        async *write() {
          try {
            for (;;) yield Buffer.alloc(64 * 1024, "x");
          } finally {
            ended = true;
          }
        },
      };
      const { body } = scrape(exposition, { accept: undefined, acceptEncoding });
      for await (const _ of body) break;
      await expect.poll(() => ended).toBe(true);
    },
  );
});

describe("more metrics", () => {
  test("of the process come in the format asked for, in any order of scrapes", async () => {
    const source = shopSource({ more: [processMetrics()] });
    for (const format of ["openmetrics", "text", "openmetrics", "text"] as const) {
      const families = parseExposition(await expose(source, format), format);
      const cpu = families.find(({ name }) => name.startsWith("process_cpu_user_seconds"));
      expect(cpu?.name).toBe(`process_cpu_user_seconds${format === "text" ? "_total" : ""}`);
      expect(cpu?.samples.map(({ name }) => name)).toEqual(["process_cpu_user_seconds_total"]);
    }
  });

  test("that fail are reported and left out", async () => {
    const failed: unknown[] = [];
    const reason = new Error("collector broke");
    const source = shopSource({
      more: [() => Promise.reject(reason), () => Promise.resolve("# TYPE x gauge\nx 1\n# EOF\n")],
      onMoreFailed: (error) => failed.push(error),
    });
    const text = await expose(source, "openmetrics");
    expect(failed).toEqual([reason]);
    expect(text.endsWith("# TYPE x gauge\nx 1\n# EOF\n")).toBe(true);
    parseExposition(text, "openmetrics");
  });
});
