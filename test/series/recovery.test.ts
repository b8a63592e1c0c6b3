/** Births, rows and snapshots: whatever is cut, written, crashed and read back, later bookings are those of never stopping. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BindSeries } from "../../src/engine/index.ts";
import type { BirthMark } from "../../src/series/index.ts";
import { RecordReader, RecordWriter, SeriesSnapshots } from "../../src/series/index.ts";
import { buildRequest } from "../otlp/request-builder.ts";
import { bindLatency, ms, nanos, SeriesHarness, type Booking } from "./harness.ts";
import { arrivals } from "./exports.ts";
import { wildHistory } from "./truth.ts";

const bindEvents = new SeriesHarness().bind;
const RULES: readonly BindSeries[] = [
  bindEvents,
  bindLatency(0.25, 1),
  bindLatency(0.5),
  bindLatency(0.2, 0.25, 1),
  (series) => (series.attributes.get("code") === "200" ? bindEvents(series) : NOTHING),
  () => NOTHING,
];
const NOTHING = { targets: [], thresholds: [] };

type Entry =
  | { readonly kind: "points"; readonly births: Uint8Array; readonly rows: Uint8Array }
  | { readonly kind: "rules"; readonly births: Uint8Array; readonly rules: number; atMs: number };

/** Rules came after some processes, so that some starts are older than what is known. */
const newHarness = (rules: number, seed: number): SeriesHarness =>
  new SeriesHarness({ bind: RULES[rules]!, seed, usedSince: () => 60 });

/** A state with a journal and snapshots in memory. */
class Journaled {
  harness: SeriesHarness;
  #snapshots: SeriesSnapshots;
  #written: BirthMark;
  #rules = 0;
  readonly #journal: Entry[] = [];
  readonly #parts = new Map<string, Uint8Array>();
  #snapshotAt = 0;
  /** What an engine would hold, and its own snapshot of it. */
  #bookingsAtSnapshot: readonly Booking[] = [];
  #rulesAtSnapshot = 0;
  #seed = 1;

  constructor() {
    this.harness = newHarness(0, this.#seed);
    this.#snapshots = new SeriesSnapshots(this.harness.state);
    this.#written = this.harness.state.identity.mark();
  }

  #births(): Uint8Array {
    const { state } = this.harness;
    const writer = new RecordWriter();
    const to = state.identity.mark();
    state.writeBirths(writer, this.#written, to);
    this.#written = to;
    return writer.copy();
  }

  flush(): void {
    const entry = {
      kind: "points",
      births: this.#births(),
      rows: this.harness.takeRows(),
    } as const;
    this.#journal.push(entry);
    this.harness.apply(entry.rows);
  }

  change(rules: number, atMs: number): void {
    this.flush();
    this.#journal.push({ kind: "rules", births: this.#births(), rules, atMs });
    this.#applyRules(rules, atMs);
  }

  #applyRules(rules: number, atMs: number): void {
    this.#rules = rules;
    this.harness.bind = RULES[rules]!;
    this.harness.state.rebind(atMs);
  }

  snapshot(): void {
    this.flush();
    for (const { name, bytes } of this.#snapshots.dirtyParts()) {
      if (bytes === undefined) this.#parts.delete(name);
      else this.#parts.set(name, bytes.slice());
    }
    this.#snapshotAt = this.#journal.length;
    this.#bookingsAtSnapshot = [...this.harness.bookings];
    this.#rulesAtSnapshot = this.#rules;
  }

  crash(): void {
    this.flush();
    this.harness = newHarness(this.#rulesAtSnapshot, ++this.#seed);
    this.harness.bookings = [...this.#bookingsAtSnapshot];
    this.#snapshots = new SeriesSnapshots(this.harness.state);
    this.#snapshots.restore(this.#parts);
    for (const entry of this.#journal.slice(this.#snapshotAt)) {
      this.harness.state.readBirths(new RecordReader(entry.births));
      if (entry.kind === "points") this.harness.apply(entry.rows);
      else this.#applyRules(entry.rules, entry.atMs);
    }
    this.#written = this.harness.state.identity.mark();
  }
}

type Step =
  | { readonly kind: "send" | "flush" | "snapshot" | "crash" }
  | { readonly kind: "malformed"; readonly cut: number }
  | { readonly kind: "rules"; readonly rules: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ kind: "send" } as const) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Step>({ kind: "flush" }, { kind: "snapshot" }, { kind: "crash" }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("malformed" as const),
      cut: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("rules" as const), rules: fc.nat(RULES.length - 1) }),
  },
);

/** The request cut short: points before the cut may have been read. */
function spoiled(request: Uint8Array, cut: number): Uint8Array {
  return request.slice(0, 1 + Math.floor((request.length - 1) * cut));
}

function run(steps: readonly Step[], requests: readonly Uint8Array[], isStopped: boolean) {
  const journaled = new Journaled();
  let next = 0;
  steps.forEach((each, at) => {
    const request = requests[next];
    switch (each.kind) {
      case "send":
        if (request !== undefined) journaled.harness.resolve(request);
        next++;
        break;
      case "malformed":
        if (request !== undefined) journaled.harness.resolve(spoiled(request, each.cut));
        break;
      case "flush":
        journaled.flush();
        break;
      case "rules":
        journaled.change(each.rules, ms(at * 3));
        break;
      case "snapshot":
      case "crash":
        if (isStopped) journaled[each.kind]();
        else journaled.flush();
        break;
    }
  });
  if (isStopped) {
    journaled.snapshot();
    journaled.crash();
  }
  journaled.flush();
  for (const request of requests.slice(next)) journaled.harness.resolve(request);
  journaled.flush();
  return journaled.harness;
}

/** Rows in use and free: nothing leaks through a restart. */
const poolsOf = ({ state }: SeriesHarness) =>
  Object.fromEntries(
    [...state.accumulator.pools]
      .filter(([, { count }]) => count > 0)
      .map(([width, { count, firstFree }]) => [width, [count, firstFree]]),
  );

describe("never stopped", () => {
  test("equals stopping anywhere, with snapshots and rule changes at random moments", () => {
    fc.assert(
      fc.property(wildHistory, fc.array(step, { minLength: 10, maxLength: 60 }), (past, steps) => {
        const requests = arrivals(past).map(({ bytes }) => bytes);
        const stopped = run(steps, requests, true);
        const going = run(steps, requests, false);
        expect(stopped.bookings).toEqual(going.bookings);
        expect(poolsOf(stopped)).toEqual(poolsOf(going));
        const { identity } = stopped.state;
        expect(identity.mark()).toEqual(going.state.identity.mark());
        for (let series = 0; series < identity.series.count; series++) {
          expect(identity.describe(series)).toEqual(going.state.identity.describe(series));
        }
      }),
      { numRuns: 200 },
    );
  });
});

type Sent = readonly [start: number, time: number, int: number, code: string];

describe("a snapshot alone brings back", () => {
  /** What came before the restart (a number: other rules), what comes after it, and what that adds. */
  const cases: readonly {
    readonly what: string;
    readonly before: readonly (Sent | number)[];
    readonly after: readonly Sent[];
    readonly adds: number;
    readonly temporality?: "delta";
  }[] = [
    {
      what: "the last point of a writer",
      before: [[60, 70, 5, "200"]],
      after: [[60, 80, 7, "200"]],
      adds: 2,
    },
    {
      what: "every writer of an identity",
      before: Array.from({ length: 64 }, (_, at): Sent => [60 + at, 200 + at, 5, "200"]),
      after: Array.from({ length: 64 }, (_, at): Sent => [60 + at, 300 + at, 6, "200"]),
      adds: 64,
    },
    {
      what: "that a writer was forgotten",
      before: Array.from({ length: 65 }, (_, at): Sent => [60 + at, 200 + at, 5, "200"]),
      after: [[60, 300, 6, "200"]],
      adds: 0,
    },
    {
      what: "what a writer covered whose start slid",
      before: [
        [60, 70, 5, "200"],
        [70, 80, 6, "200"],
        [80, 90, 8, "200"],
      ],
      after: [
        [70, 80, 6, "200"],
        [100, 110, 9, "200"],
      ],
      adds: 1,
    },
    {
      what: "processes older than the rules, and when their metrics were exported",
      before: [
        [0, 70, 1000, "200"],
        [0, 80, 1000, "200"],
      ],
      after: [[0, 90, 3, "500"]],
      adds: 3,
    },
    {
      what: "that a process older than the rules was only now seen",
      before: [[0, 90, 1000, "200"]],
      after: [[0, 90, 3, "500"]],
      adds: 0,
    },
    {
      what: "that rules came late to a series",
      before: [4, [62, 70, 1000, "500"], 0, [62, 80, 5, "200"]],
      after: [
        [62, 90, 6, "200"],
        [62, 100, 1000, "500"],
      ],
      adds: 1,
    },
    {
      what: "the points a delta series had",
      before: [[60, 70, 5, "200"]],
      after: [
        [60, 70, 5, "200"],
        [70, 80, 2, "200"],
      ],
      adds: 2,
      temporality: "delta",
    },
  ];

  test.each(cases)("$what", ({ before, after, adds, temporality }) => {
    const journaled = new Journaled();
    const send = ([start, time, int, code]: Sent): void => {
      const points = [{ attributes: { code }, start: nanos(start), time: nanos(time), int }];
      const sum = { points, ...(temporality !== undefined && { temporality }) };
      journaled.harness.resolve(buildRequest({ metrics: [{ name: "requests", sum }] }));
      journaled.flush();
    };
    for (const each of before) {
      if (typeof each === "number") journaled.change(each, ms(75));
      else send(each);
    }
    journaled.snapshot();
    journaled.crash();
    const { total } = journaled.harness.sums();
    for (const each of after) send(each);
    expect(journaled.harness.sums().total - total).toBe(adds);
  });
});

test("rows decode to what was resolved: applying them at once or from bytes is the same", () => {
  fc.assert(
    fc.property(wildHistory, fc.integer({ min: 1, max: 9 }), (past, groupSize) => {
      const grouped = new SeriesHarness({ bind: bindLatency(0.2, 0.25, 1) });
      const single = new SeriesHarness({ bind: bindLatency(0.2, 0.25, 1) });
      arrivals(past).forEach(({ bytes }, index) => {
        single.send(bytes);
        grouped.resolve(bytes);
        if (index % groupSize === 0) grouped.apply(grouped.takeRows());
      });
      grouped.apply(grouped.takeRows());
      expect(grouped.bookings).toEqual(single.bookings);
    }),
  );
});

test("a malformed request in the middle of a group leaves no trace in what is counted", () => {
  const metric = (time: number, int: number, code: string) => ({
    name: "requests",
    sum: { points: [{ attributes: { code }, start: nanos(0), time: nanos(time), int }] },
  });
  const harness = new SeriesHarness();
  harness.resolve(buildRequest({ metrics: [metric(10, 3, "200")] }));
  const broken = buildRequest({ metrics: [metric(20, 5, "200"), metric(20, 7, "500")] });
  expect(harness.resolve(broken.slice(0, -1))).toMatchObject({ isMalformed: true });
  const pointsThenGarbage = Uint8Array.of(...broken, 0xff);
  expect(harness.resolve(pointsThenGarbage)).toMatchObject({ isMalformed: true });
  harness.resolve(buildRequest({ metrics: [metric(30, 4, "200")] }));
  expect(harness.state.rows.rowCount).toBe(2);
  harness.apply(harness.takeRows());
  expect(harness.drain()).toEqual([
    [0, 10, 3, 3],
    [10, 30, 1, 1],
  ]);
});
