/** Composites: SLOs made of others. Numbers against closed forms; whole histories: composite-model.test.ts. */
import { describe, expect, test } from "vitest";
import { type Engine } from "../../src/engine/index.ts";
import {
  calendarWindow,
  millis,
  ppb,
  type CompositeRule,
  type NoData,
  type Slo,
  type StreamIndex,
} from "../../src/slo/index.ts";
import {
  BUCKET,
  MINUTE,
  HOUR,
  START,
  member,
  compositeOf,
  engineOf,
  streamOf,
  read,
  book,
  streamAt,
  A,
  B,
  C,
} from "./composite-fixtures.ts";
import { exclusionOf, policyOf, seriesOf, sloOf } from "./fixtures.ts";

describe("weighted", () => {
  test("is the mean of error ratios by weight, whatever the traffic; who has no events is left out", () => {
    const slos = [A, B, C].map((id) => member(id));
    const engine = engineOf([...slos, compositeOf("weighted", [A, B, C], { weights: [3, 1, 1] })]);
    book(engine, A, START + 5_000, 9_990, 10_000);
    book(engine, B, START + 5_000, 950, 1_000);
    engine.tick(START + BUCKET);
    const reading = read(engine);
    // (3 x 0.001 + 1 x 0.05) / 4 bad: the golden vector "composite/three-components-one-empty"
    expect(reading.sli).toBeCloseTo(0.98675, 12);
    expect(reading.total).toBe(11_000);
    expect(reading.budgetRemaining).toBeCloseTo(1 - 0.01325 / 0.01, 9);
    expect(reading.windows.map(({ errorRatio }) => errorRatio)).toEqual(
      reading.windows.map(() => expect.closeTo(0.01325, 9) as number),
    );
    expect(reading.members?.map(({ sloId, weight }) => [sloId, weight])).toEqual([
      [A, 3],
      [B, 1],
      [C, 1],
    ]);
    expect(reading.members?.map(({ windows }) => windows.at(-1)?.total)).toEqual([
      10_000, 1_000, 0,
    ]);
  });

  test("has no events where no member has", () => {
    const engine = engineOf([member(A), member(B), compositeOf("weighted", [A, B])]);
    engine.tick(START + BUCKET);
    expect(read(engine)).toMatchObject({ total: 0, sli: undefined, newestPointMs: undefined });
  });

  test("a burn of exactly one does not exceed one, whatever the weights", () => {
    const weights = [0.1, 0.2, 0.7];
    const objective = { objective: sloOf().objective };
    const slos = [A, B, C].map((id) => member(id));
    const composite = compositeOf("weighted", [A, B, C], { weights, more: objective });
    const engine = engineOf([...slos, composite]);
    for (const id of [A, B, C]) book(engine, id, START + 5_000, 999, 1_000);
    engine.tick(START + BUCKET);
    expect(read(engine)).toMatchObject({ bad: 3, total: 3_000 });
  });

  test.each([
    // one failure of a quiet member moves the ratio as 500 of a busy one would, and proves as much as one
    { a: [0, 1], b: [1_000, 1_000], proof: 1 },
    { a: [1, 1], b: [0, 1_000], proof: 1_000 },
    { a: [90, 100], b: [90, 100], proof: 20 },
    { a: [50, 100], b: [1_000, 1_000], proof: 50 },
  ] as const)("proof: $a and $b are as sure as $proof failures", ({ a, b, proof }) => {
    const engine = engineOf([member(A), member(B), compositeOf("weighted", [A, B])]);
    book(engine, A, START + 5_000, a[0], a[1]);
    book(engine, B, START + 5_000, b[0], b[1]);
    engine.tick(START + BUCKET);
    const [window] = read(engine).windows;
    const { good, total, evidence = 1 } = window!;
    expect((total - good) * evidence).toBeCloseTo(proof, 6);
  });

  test("groups of a member count together", () => {
    const engine = engineOf([
      member(A, { per: ["route"] }),
      member(B),
      compositeOf("weighted", [A, B]),
    ]);
    for (const route of ["/x", "/y"]) {
      const [target] = engine.bind(seriesOf({ route })).targets;
      engine.book(target!.stream, START, START + 5_000, route === "/x" ? 60 : 100, 100);
    }
    book(engine, B, START + 5_000, 10, 10);
    engine.tick(START + BUCKET);
    expect(read(engine).sli).toBeCloseTo(1 - 0.2 / 2, 9);
  });

  test("carries the bounds of members whose threshold lies inside a bucket", () => {
    const engine = engineOf([member(A), member(B), compositeOf("weighted", [A, B])]);
    book(engine, A, START + 5_000, 80, 100);
    engine.bookStraddle(streamOf(engine, A), START, START + 5_000, 5, 10);
    book(engine, B, START + 5_000, 100, 100);
    engine.tick(START + BUCKET);
    const { good, total, goodBounds } = read(engine);
    expect([good, total]).toEqual([expect.closeTo(200 - 15, 5), 200]);
    expect(goodBounds).toEqual([expect.closeTo(180, 5), expect.closeTo(190, 5)]);
  });
});

describe("worst of", () => {
  test("is the member with the highest error ratio, to the event, in each window", () => {
    const engine = engineOf([member(A), member(B), compositeOf("worst", [A, B])]);
    book(engine, A, START + 5_000, 999, 1_000); // 0.1 %
    book(engine, B, START + 5_000, 95, 100); // 5 %
    engine.tick(START + 10 * MINUTE);
    book(engine, A, START + 10 * MINUTE + 5_000, 0, 7);
    engine.tick(START + 10 * MINUTE + BUCKET);
    const { windows, bad, total } = read(engine);
    expect([bad, total]).toEqual([5, 100]); // 8 of 1007 against 5 of 100
    expect([windows[0]!.good, windows[0]!.total]).toEqual([0, 7]); // of the last 5 minutes
  });

  test("of two that are equally bad it is the first", () => {
    const engine = engineOf([member(A), member(B), compositeOf("worst", [B, A])]);
    book(engine, A, START + 5_000, 90, 100);
    book(engine, B, START + 5_000, 9, 10);
    engine.tick(START + BUCKET);
    expect(read(engine)).toMatchObject({ bad: 1, total: 10 });
  });
});

describe("all must hold", () => {
  const journey = (noData: NoData = "ignore") => compositeOf("all", [A, B], { more: { noData } });
  const at = (minute: number) => START + minute * MINUTE + 5_000;
  const slices = (engine: Engine) => [read(engine).good, read(engine).total];

  test("a slice is good when every member meets its own objective in it", () => {
    const engine = engineOf([member(A), member(B), journey()]);
    for (const minute of [0, 1, 2, 3]) book(engine, A, at(minute), 1_000, 1_000);
    book(engine, B, at(1), 997, 1_000); // below its 99.9 %
    book(engine, B, at(2), 999, 1_000); // just there
    engine.tick(START + 4 * MINUTE);
    expect(slices(engine)).toEqual([3, 4]);
    expect(read(engine, A).total).toBe(4_000); // the member itself counts events
  });

  test("a late point judges a slice again, before anybody looks", () => {
    const engine = engineOf([member(A), member(B), journey()]);
    for (const id of [A, B]) book(engine, id, at(0), 10, 10);
    engine.tick(START + 5 * MINUTE);
    expect(slices(engine)).toEqual([1, 1]);
    book(engine, B, at(0), 0, 10);
    expect(slices(engine)).toEqual([0, 1]);
    book(engine, A, at(3), 10, 10);
    expect(slices(engine)).toEqual([1, 2]);
  });

  test.each<[NoData, number[]]>([
    ["ignore", [3, 3]],
    ["good", [3, 3]],
    ["bad", [1, 3]],
    ["hold", [3, 3]],
  ])("silence of a member: %s", (noData, expected) => {
    const engine = engineOf([member(A), member(B), journey(noData)]);
    for (const minute of [0, 1, 2]) book(engine, A, at(minute), 10, 10);
    book(engine, B, at(0), 10, 10);
    engine.tick(START + 3 * MINUTE);
    engine.tick(START + 4 * MINUTE + BUCKET);
    const { good, total } = read(engine);
    expect([good, total]).toEqual(expected);
  });

  test("a member that counts these slices itself is taken as it is, with the history it has", () => {
    const minutes = { kind: "timeslices", widthMs: millis(MINUTE), targetPpb: ppb(950_000_000) };
    const sliced = member(B, { budgeting: minutes as Slo["budgeting"] });
    const engine = engineOf([member(A, { budgeting: minutes as Slo["budgeting"] }), sliced]);
    book(engine, A, at(0), 10, 10);
    book(engine, B, at(0), 94, 100);
    engine.tick(START + 2 * MINUTE);
    engine.setRules([...engine.countedSlos, journey()], START + 2 * MINUTE);
    expect(engine.allStreams()).toHaveLength(3);
    expect(slices(engine)).toEqual([0, 1]);
  });

  test("what is excluded of a member judges nothing", () => {
    const exclusions = [exclusionOf(START + MINUTE, START + 2 * MINUTE)];
    const engine = engineOf([member(A), member(B, { exclusions }), journey()]);
    for (const minute of [0, 1]) book(engine, A, at(minute), 10, 10);
    for (const minute of [0, 1]) book(engine, B, at(minute), 0, 10);
    engine.tick(START + 2 * MINUTE);
    expect(slices(engine)).toEqual([1, 2]);
    engine.setRules([member(A), member(B), journey()], START + 2 * MINUTE);
    expect(slices(engine)).toEqual([0, 2]);
  });

  test("slices from before a member joined stay what they came to", () => {
    const engine = engineOf([member(A), member(B), member(C), journey()]);
    for (const id of [A, B, C]) book(engine, id, at(0), id === A ? 0 : 10, 10);
    engine.tick(START + 2 * MINUTE);
    const three = compositeOf("all", [A, B, C]);
    const change = engine.setRules([member(A), member(B), member(C), three], START + 2 * MINUTE);
    expect(change).toMatchObject({ kept: [A, B, C, "shop/journey"], added: [], restarted: [] });
    expect(slices(engine)).toEqual([0, 1]);
    for (const id of [A, B, C]) book(engine, id, at(2), id === C ? 0 : 10, 10);
    engine.tick(START + 4 * MINUTE);
    expect(slices(engine)).toEqual([0, 2]);
  });
});

describe("beside the sums", () => {
  test("what is counted for a composite is hidden", () => {
    const engine = engineOf([member(A), member(B), compositeOf("all", [A, B])]);
    expect(engine.slos.map(({ id }) => id)).toEqual([A, B, "shop/journey"]);
    expect(engine.countedSlos).toHaveLength(3);
    expect(engine.allStreams().map(({ key }) => key)).toEqual([A, B, "shop/journey"]);
  });

  test("it is as new as its newest member, goes back as far as the eldest, and is as whole as the least", () => {
    const engine = engineOf([member(A), compositeOf("weighted", [A, B])]);
    engine.tick(START + HOUR);
    engine.setRules([member(A), member(B), compositeOf("weighted", [A, B])], START + HOUR);
    book(engine, A, START + HOUR + 5_000, 1, 1);
    engine.doubt(streamOf(engine, B), "its bounds changed");
    engine.tick(START + HOUR + BUCKET);
    expect(read(engine)).toMatchObject({
      newestPointMs: START + HOUR + 5_000,
      sinceMs: START,
      integrity: { kind: "partial", reasons: ["its bounds changed"] },
    });
  });

  test("members are read over its windows: a year by the calendar, of members of 7 days", () => {
    const year = calendarWindow("year", "Europe/Berlin");
    const week = { window: { kind: "rolling", lengthMs: millis(7 * 24 * HOUR) } } as const;
    const members = [member(A, week), member(B, week)];
    const engine = engineOf([...members, compositeOf("worst", [A, B], { more: { window: year } })]);
    book(engine, A, START + 5_000, 5, 10);
    engine.tick(START + 8 * 24 * HOUR);
    expect(read(engine, A)).toMatchObject({ total: 0, calendar: undefined });
    expect(read(engine)).toMatchObject({ total: 10, bad: 5 });
    expect(read(engine).calendar?.endMs).toBe(Date.UTC(2023, 11, 31, 23));
  });

  test("a composite that comes later has the history its members have", () => {
    const engine = engineOf([member(A), member(B)]);
    book(engine, A, START + 5_000, 90, 100);
    engine.tick(START + 24 * HOUR);
    const rules = [member(A), member(B), compositeOf("weighted", [A, B])];
    expect(engine.setRules(rules, START + 24 * HOUR)).toMatchObject({ added: ["shop/journey"] });
    expect(read(engine)).toMatchObject({ bad: 10, total: 100, sinceMs: START });
  });

  test.each<CompositeRule>(["weighted", "worst", "all"])(
    "a fork has the members of a composite too: %s",
    (rule) => {
      const engine = engineOf([member(A), member(B), member(C), compositeOf(rule, [A, B])]);
      book(engine, A, START + 5_000, 90, 100);
      engine.tick(START + 2 * MINUTE);
      const fork = engine.fork(["shop/journey"]);
      fork.tick(START + 2 * MINUTE);
      const { good, total, windows } = read(fork);
      expect({ good, total, windows }).toEqual({
        good: read(engine).good,
        total: read(engine).total,
        windows: read(engine).windows,
      });
      expect(fork.slos.map(({ id }) => id)).toEqual([A, B, "shop/journey"]);
    },
  );
});

describe("a member that is not counted", () => {
  test("makes its composite partial, and leaves slices in which all must hold uncounted", () => {
    const engine = engineOf([
      member(A),
      compositeOf("weighted", [A, B], { id: "x/mean" }),
      compositeOf("all", [A, B], { id: "x/all" }),
    ]);
    book(engine, A, START + 5_000, 10, 10);
    engine.tick(START + 3 * MINUTE);
    const integrity = { kind: "partial", reasons: ["its member pay/b is not counted"] };
    expect(read(engine, "x/mean")).toMatchObject({ good: 10, total: 10, integrity });
    expect(read(engine, "x/all")).toMatchObject({ total: 0, integrity });
  });

  test("over a calendar that is not its composite's is left out of that window, and a note says so", () => {
    const own = { window: calendarWindow("day", "UTC") };
    const month = { window: calendarWindow("month", "UTC") };
    const engine = engineOf([
      member(A),
      member(B, own),
      compositeOf("weighted", [A, B], { more: month }),
    ]);
    for (const id of [A, B]) book(engine, id, START + 5_000, 1, 2);
    engine.tick(START + BUCKET);
    const { windows, total } = read(engine);
    expect([windows[0]!.total, total]).toEqual([4, 2]);
    expect(engine.notesOf("shop/journey")).toEqual([
      `${B} is counted over another calendar window, so it is left out of this one's`,
    ]);
  });

  test("of which slices are judged by an estimate says so in the composite's notes", () => {
    const engine = engineOf([member(A), member(B), compositeOf("all", [A, B])]);
    const part = [...Array(6).keys()].find((index) => streamAt(engine, index)?.slo.partOf)!;
    engine.bookStraddle(part as StreamIndex, START, START + 5_000, 1, 2);
    expect(engine.notesOf("shop/journey")).toEqual([expect.stringContaining("by the estimate")]);
  });
});

test("an outage that is over pages nobody because a composite is new: minutes that are shares of hours are unknown", () => {
  const quiet = policyOf();
  const members = [A, B].map((id) => member(id, { alerts: quiet }));
  const engine = engineOf(members);
  for (let now = START; now < START + 35 * MINUTE; now += MINUTE) {
    book(engine, A, now + 5_000, now < START + 4 * MINUTE ? 0 : 100, 100);
    book(engine, B, now + 5_000, 100, 100);
    engine.tick(now + MINUTE);
  }
  const later = START + 35 * MINUTE;
  engine.setRules([...members, compositeOf("worst", [A, B])], later);
  const lookbacks = () => read(engine).windows.map(({ errorRatio }) => errorRatio);
  expect(lookbacks()).toEqual([undefined, undefined, 4 / 35, 4 / 35, 4 / 35]);
  engine.tick(later + 5 * MINUTE);
  book(engine, A, later + 5 * MINUTE + 5_000, 100, 100);
  engine.tick(later + 5 * MINUTE + BUCKET);
  expect(lookbacks().slice(0, 2)).toEqual([0, undefined]); // 5m, 30m
});

test("an exclusion of minutes whose buckets are gone leaves out the slices of those minutes alone", () => {
  const silent = policyOf();
  const rules = (more: Partial<Slo> = {}) => [
    member(A, { alerts: silent }),
    member(B, { alerts: silent, ...more }),
    compositeOf("all", [A, B], { more: { alerts: silent } }),
  ];
  const engine = engineOf(rules());
  let now = START;
  for (; now < START + 3 * HOUR; now += MINUTE) {
    for (const id of [A, B]) book(engine, id, now + 5_000, id === A ? 10 : 0, 10);
    engine.tick(now + MINUTE);
  }
  expect(read(engine)).toMatchObject({ good: 0, total: 180 });
  const exclusions = [exclusionOf(START + 3 * MINUTE, START + 6 * MINUTE)];
  engine.setRules(rules({ exclusions }), now);
  expect(read(engine)).toMatchObject({ good: 3, total: 180 });
  engine.setRules(rules(), now);
  expect(read(engine)).toMatchObject({ good: 0, total: 180 });
});

describe("a calendar budget", () => {
  test.each<CompositeRule>(["weighted", "worst", "all"])(
    "is projected from when its sums go back to, also after a member joined: %s",
    (rule) => {
      const month = { window: calendarWindow("month", "UTC") };
      const engine = engineOf([
        member(A),
        member(B),
        member(C),
        compositeOf(rule, [A, B], { more: month }),
      ]);
      let now = START;
      for (; now < START + 10 * HOUR; now += MINUTE) {
        for (const id of [A, B]) book(engine, id, now + 5_000, 95, 100);
        engine.tick(now + MINUTE);
      }
      const before = read(engine).budgetProjected!;
      const joined = compositeOf(rule, [A, B, C], { more: month });
      engine.setRules([member(A), member(B), member(C), joined], now);
      engine.tick(now + BUCKET);
      expect(read(engine).budgetProjected).toBeCloseTo(before, 1);
    },
  );
});

test("a bucket that is closed late, or a clock that jumps, leaves no composite behind", () => {
  const engine = engineOf([member(A), member(B), compositeOf("weighted", [A, B])]);
  for (const id of [A, B]) book(engine, id, START + 5_000, 1, 2);
  engine.tick(START + BUCKET);
  book(engine, A, START + 60 * MINUTE, 0, 10); // moves the rings as ticks would
  expect(read(engine).windows.map(({ total }) => total)).toEqual(
    read(engine, A).windows.map(({ total }, k) => total + read(engine, B).windows[k]!.total),
  );
});

test("silence over days in one tick is booked as in many", () => {
  const rules = [member(A), member(B), compositeOf("all", [A, B], { more: { noData: "bad" } })];
  const [once, often] = [engineOf(rules), engineOf(rules)];
  for (const engine of [once, often]) {
    for (const id of [A, B]) book(engine, id, START + 5_000, 10, 10);
    engine.tick(START + 2 * MINUTE);
  }
  once.tick(START + 5_000 * MINUTE);
  for (let minute = 2; minute <= 5_000; minute++) often.tick(START + minute * MINUTE);
  const counts = (engine: Engine) => [read(engine).good, read(engine).total];
  expect(counts(once)).toEqual([1, 4_999]);
  expect(counts(often)).toEqual(counts(once));
});

test("a slot of a weighted composite is given to others without its proof", () => {
  const engine = engineOf([member(A), member(B), compositeOf("weighted", [A, B])]);
  book(engine, A, START + 5_000, 0, 1);
  book(engine, B, START + 5_000, 1_000, 1_000);
  engine.tick(START + BUCKET);
  expect(read(engine).windows[0]!.evidence).toBeLessThan(0.01);
  engine.setRules([member(A), member(B), member("shop/plain")], START + BUCKET);
  expect(read(engine, "shop/plain").windows[0]!.evidence).toBeUndefined();
});

test("who looks in between changes nothing: a late point in the oldest slice that is held", () => {
  const run = (looks: boolean) => {
    const engine = engineOf([member(A), member(B), compositeOf("all", [A, B])]);
    for (const id of [A, B]) book(engine, id, START + 5_000, 10, 10);
    let now = START;
    while (now < START + 4_321 * MINUTE) engine.tick((now += 10 * MINUTE - (now % MINUTE)));
    book(engine, B, START + 5_000, 0, 10);
    if (looks) read(engine);
    engine.tick(now + MINUTE);
    return [read(engine).good, read(engine).total];
  };
  expect(run(true)).toEqual(run(false));
});
