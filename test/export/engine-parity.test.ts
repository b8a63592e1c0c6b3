/** The exposition on the real engine: what `/metrics` says is what `Engine.read` says, digit by digit (DESIGN 4.9). */
import fc from "fast-check";
import { buffer } from "node:stream/consumers";
import { expect, expectTypeOf, test } from "vitest";
import type { AlertView } from "../../src/alerts/index.ts";
import { Engine, type StreamReading } from "../../src/engine/index.ts";
import {
  Exposition,
  METRICS,
  type AlertSample,
  type StreamSource,
} from "../../src/export/index.ts";
import {
  calendarWindow,
  millis,
  ppb,
  windowText,
  type CompositeRule,
  type Slo,
  type StreamIndex,
} from "../../src/slo/index.ts";
import { fakeSlo, fakeSource } from "./fake-source.ts";
import { parseExposition } from "./parse-exposition.ts";

const START_MS = 1_800_000_000_000;
const BUCKET_MS = 10_000;

test("engine and alerts satisfy what the exposition asks for", () => {
  expectTypeOf<Engine>().toExtend<StreamSource>();
  expectTypeOf<AlertView>().toExtend<AlertSample>();
});

/** Sample values by `name` or `name{lookback}` that a reading implies. */
function expected(reading: StreamReading): Map<string, number> {
  const values = new Map<string, number | undefined>([
    [METRICS.sliRatio.name, reading.sli],
    [METRICS.budgetRemainingRatio.name, reading.budgetRemaining],
    [METRICS.budgetProjectedRatio.name, reading.budgetProjected],
    [METRICS.windowStartSeconds.name, reading.calendar && reading.calendar.startMs / 1000],
    [METRICS.windowEndSeconds.name, reading.calendar && reading.calendar.endMs / 1000],
    [METRICS.budgetConsumedRatio.name, reading.budgetConsumed],
    [METRICS.exhaustionSeconds.name, reading.exhaustionMs && reading.exhaustionMs / 1000],
    [METRICS.newestPointSeconds.name, reading.newestPointMs && reading.newestPointMs / 1000],
    [METRICS.sinceSeconds.name, reading.sinceMs / 1000],
    [METRICS.integrity.name, reading.integrity.kind === "complete" ? 1 : 0],
    [`${METRICS.windowEvents.name} good`, reading.good],
    [`${METRICS.windowEvents.name} bad`, reading.bad],
  ]);
  if (reading.goodBounds) {
    values.set(`${METRICS.sliBoundRatio.name} lowest`, reading.goodBounds[0] / reading.total);
    values.set(`${METRICS.sliBoundRatio.name} highest`, reading.goodBounds[1] / reading.total);
  }
  for (const { window, errorRatio, burnRate } of reading.windows) {
    values.set(`${METRICS.errorRatio.name} ${windowText(window)}`, errorRatio);
    values.set(`${METRICS.burnRate.name} ${windowText(window)}`, burnRate);
  }
  return new Map([...values].filter((entry): entry is [string, number] => entry[1] !== undefined));
}

const NOT_OF_READING = new Set<string>([
  METRICS.alertState.name,
  METRICS.eventsTotal.name,
  METRICS.goodEventsTotal.name,
]);
const STREAM_NAMES = new Set(
  Object.values(METRICS)
    .filter((metric) => metric.of === "stream" && !NOT_OF_READING.has(metric.name))
    .map(({ name }) => name as string),
);

const compositeOf = (
  id: string,
  rule: CompositeRule,
  members: readonly string[],
  more: Partial<Slo> = {},
): Slo => ({
  ...fakeSlo(id),
  indicator: {
    kind: "composite",
    rule,
    members: members.map((sloId, index) => ({ sloId, weight: index + 1 })),
  },
  ...more,
});

const increments = fc.array(
  fc.record({
    stream: fc.nat({ max: 4 }),
    agoMs: fc.nat({ max: 40 * 86_400_000 }),
    good: fc.nat({ max: 1000 }),
    bad: fc.nat({ max: 20 }),
    straddling: fc.nat({ max: 5 }),
  }),
  { maxLength: 40 },
);

test("every stream's numbers equal its reading, after any increments", async () => {
  await fc.assert(
    fc.asyncProperty(increments, fc.boolean(), async (booked, isPartial) => {
      const slos = [
        fakeSlo("a/availability"),
        fakeSlo("a/latency", { objectiveText: "99%" }),
        fakeSlo("b/silent", { alerts: { name: "none", tiers: [] } }),
        fakeSlo("b/month", { window: calendarWindow("month", "Europe/Berlin") }),
        fakeSlo("b/slices", {
          window: calendarWindow("week", "UTC"),
          budgeting: { kind: "ratioTimeslices", widthMs: millis(300_000) },
          noData: "bad",
        }),
        compositeOf("c/mean", "weighted", ["a/availability", "a/latency", "b/silent"]),
        compositeOf("c/worst", "worst", ["a/availability", "b/month"], {
          window: calendarWindow("month", "Europe/Berlin"),
        }),
        compositeOf("c/all", "all", ["a/availability", "b/slices"], {
          budgeting: { kind: "timeslices", widthMs: millis(60_000), targetPpb: ppb(1e9) },
        }),
      ];
      const engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS });
      engine.setRules(slos, START_MS);
      const streams = engine.allStreams().map(({ index }): StreamIndex => index);
      for (const { stream, agoMs, good, bad, straddling } of booked) {
        const at = START_MS - agoMs;
        engine.book(streams[stream]!, at, at, good, good + bad + straddling);
        if (stream === 1) engine.bookStraddle(streams[stream]!, at, at, straddling / 2, straddling);
      }
      if (isPartial) engine.markPartial(START_MS - 60_000, START_MS, "a gap");
      engine.tick(START_MS + BUCKET_MS);

      const text = await buffer(new Exposition(fakeSource(engine, slos)).write("text"));
      const samples = parseExposition(text.toString(), "text").flatMap((family) => family.samples);
      for (const view of engine.allStreams()) {
        const shown = samples
          .filter(({ name, labels }) => labels["slo"] === view.slo.id && STREAM_NAMES.has(name))
          .map(({ name, labels, value }): [string, number] => {
            const part = labels["lookback"] ?? labels["kind"] ?? labels["bound"];
            return [part === undefined ? name : `${name} ${part}`, value];
          });
        expect(new Map(shown)).toEqual(expected(engine.read(view.index)));
      }
    }),
    { numRuns: 60 },
  );
});

test("a composite that counts nothing has no counters", async () => {
  const slos = [
    fakeSlo("a/availability"),
    fakeSlo("a/latency"),
    compositeOf("c/mean", "weighted", ["a/availability", "a/latency"]),
  ];
  const engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS });
  engine.setRules(slos, START_MS);
  const text = (await buffer(new Exposition(fakeSource(engine, slos)).write("text"))).toString();
  const counted = parseExposition(text, "text")
    .flatMap((family) => family.samples)
    .filter(({ name }) => name === METRICS.eventsTotal.name)
    .map(({ labels }) => labels["slo"]);
  expect(counted).toEqual(["a/availability", "a/latency"]);
});

test("the counters go on from booking to booking and never fall with the window", async () => {
  const slo = fakeSlo("a/availability");
  const engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS });
  engine.setRules([slo], START_MS);
  const [stream] = engine.allStreams();
  const exposition = new Exposition(fakeSource(engine, [slo]));
  const counters = async () => {
    const text = (await buffer(exposition.write("text"))).toString();
    return [METRICS.goodEventsTotal.name, METRICS.eventsTotal.name].map((name) =>
      Number(new RegExp(`^${name}\\{.*\\} (.*)$`, "m").exec(text)?.[1]),
    );
  };
  expect(await counters()).toEqual([0, 0]);
  engine.book(stream!.index, START_MS, START_MS + 5000, 7, 10);
  engine.tick(START_MS + BUCKET_MS);
  expect(await counters()).toEqual([7, 10]);
  engine.tick(START_MS + 40 * 86_400_000);
  expect(engine.read(stream!.index).total).toBe(0);
  expect(await counters()).toEqual([7, 10]);
});
