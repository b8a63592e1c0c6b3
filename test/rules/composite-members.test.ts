/** SLOs made of others, in files that people edit: whose members are where, and what runs when one of them changes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadRules, readNamedFiles, readRuleFile, type RuleSet } from "../../src/rules/index.ts";
import type { Slo } from "../../src/slo/index.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "slowburn-members-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (file: string, text: string) => {
  mkdirSync(join(root, file, ".."), { recursive: true });
  writeFileSync(join(root, file), text);
};
const load = (previous?: RuleSet) =>
  loadRules(root, {
    bucketMs: 10_000,
    now: () => 1,
    ...(previous === undefined ? {} : { previous }),
  });
const ids = (set: RuleSet) => set.slos.map(({ id }) => id);
const states = (set: RuleSet) =>
  Object.fromEntries(set.files.map(({ file, state }) => [file.slice(root.length + 1), state]));
/** `journey.yaml:4:12 unknown-member no file has … (hint)`. */
const told = (problems: RuleSet["problems"]) =>
  problems.map(({ file = "", line, column, code, message, hint }) =>
    [`${file}:${line}:${column}`, code, message, `(${hint})`].join(" ").replaceAll(`${root}/`, ""),
  );
const membersOf = (set: RuleSet, id: string) => {
  const slo = set.slos.find((each) => each.id === id);
  return slo?.indicator.kind === "composite"
    ? slo.indicator.members.map(({ sloId }) => sloId)
    : undefined;
};

const native = (service: string, slos: readonly string[]) =>
  `apiVersion: slowburn/v1\nservice: ${service}\nslos:\n${slos.map((slo) => `  ${slo}\n`).join("")}`;
const plain = (name: string, more = "") =>
  `${name}: { objective: 99%, ${more} sli: { metric: m, where: { x: ${name} }, bad: { e: 1 } } }`;
const journey = (sli: string, more = "") =>
  native("shop", [`journey: { objective: 99%, ${more} sli: ${sli} }`]);
const inMonth = (zone: string) => `window: { calendar: month, timeZone: ${zone} },`;

const SLOTH = `version: prometheus/v1
service: pay
slos:
  - name: requests
    objective: 99
    sli: { events: { error_query: "sum(rate(e[{{.window}}]))", total_query: "sum(rate(t[{{.window}}]))" } }
    alerting: { page_alert: { disable: true }, ticket_alert: { disable: true } }
`;

describe("each form becomes the model", () => {
  const rows: readonly [form: string, expected: Partial<Slo>][] = [
    [
      "{ weighted: { a: 2, other/b: 0.5 } }",
      {
        indicator: {
          kind: "composite",
          rule: "weighted",
          members: [
            { sloId: "shop/a", weight: 2 },
            { sloId: "other/b", weight: 0.5 },
          ],
        },
        budgeting: { kind: "occurrences" },
      },
    ],
    [
      "{ worstOf: [a, other/b] }",
      {
        indicator: {
          kind: "composite",
          rule: "worst",
          members: [
            { sloId: "shop/a", weight: 1 },
            { sloId: "other/b", weight: 1 },
          ],
        },
        budgeting: { kind: "occurrences" },
      },
    ],
    [
      "{ allOf: [a, other/b], slices: 5m }, noData: bad",
      {
        indicator: {
          kind: "composite",
          rule: "all",
          members: [
            { sloId: "shop/a", weight: 1 },
            { sloId: "other/b", weight: 1 },
          ],
        },
        budgeting: { kind: "timeslices", widthMs: 300_000, targetPpb: 1_000_000_000 } as never,
        noData: "bad",
      },
    ],
    [
      "{ allOf: [a, other/b] }",
      {
        budgeting: { kind: "timeslices", widthMs: 60_000, targetPpb: 1_000_000_000 } as never,
        noData: "ignore",
      },
    ],
  ];
  it.each(rows)("%s", (form, expected) => {
    const reading = readRuleFile({ file: "x", text: journey(form) });
    expect(reading.problems).toEqual([]);
    expect(reading.slos).toMatchObject([{ per: [], ...expected }]);
    expect(reading.slos[0]).not.toHaveProperty("exclusions");
    expect(reading.slos[0]?.source).not.toHaveProperty("promql");
  });

  it("what the file excludes, or another, is not the composite's", () => {
    const exclude = '{ reason: r, from: "2026-01-01T00:00Z", to: "2026-01-01T01:00Z" }';
    put(
      "a.yaml",
      `${native("shop", [plain("a"), plain("b"), "j: { objective: 99%, sli: { worstOf: [a, b] } }"])}exclude: [${exclude}]\n`,
    );
    put(
      "b.yaml",
      `apiVersion: slowburn/v1\nexclude: [${exclude.replace("{", "{ match: { service: shop },")}]\n`,
    );
    const set = load();
    expect(set.problems).toEqual([]);
    expect(set.slos.map(({ id, exclusions }) => [id, exclusions?.length])).toEqual([
      ["shop/a", 2],
      ["shop/b", 2],
      ["shop/j", undefined],
    ]);
  });
});

describe("members", () => {
  it("may be in any file of any format", () => {
    put("journey.yaml", journey("{ weighted: { checkout/a: 2, pay/requests: 1 } }"));
    put("team/checkout.yaml", native("checkout", [plain("a")]));
    put("pay.yaml", SLOTH);
    const set = load();
    expect(told(set.problems)).toEqual([]);
    expect(ids(set)).toEqual(["checkout/a", "pay/requests", "shop/journey"]);
    expect(membersOf(set, "shop/journey")).toEqual(["checkout/a", "pay/requests"]);
  });

  const rows: readonly [name: string, sli: string, problem: string][] = [
    [
      "a slip of the pen",
      "{ worstOf: [checkout/a, chekout/b] }",
      "journey.yaml:4:60 unknown-member no file has an SLO chekout/b (did you mean `checkout/b`?)",
    ],
    [
      "the name without its service",
      "{ weighted: { checkout/a: 1, latency: 1 } }",
      "journey.yaml:4:65 unknown-member no file has an SLO shop/latency (did you mean `checkout/latency`?)",
    ],
    [
      "another name",
      "{ worstOf: [checkout/a, checkout/throughput] }",
      "journey.yaml:4:60 unknown-member no file has an SLO checkout/throughput (checkout has: a, b, latency)",
    ],
    [
      "another service",
      "{ worstOf: [checkout/a, payments/throughput] }",
      "journey.yaml:4:60 unknown-member no file has an SLO payments/throughput (no file has SLOs of the service payments)",
    ],
    [
      "what an object inherits",
      "{ worstOf: [checkout/a, constructor] }",
      "journey.yaml:4:60 unknown-member no file has an SLO shop/constructor (no file has SLOs of the service shop)",
    ],
    [
      "itself",
      "{ allOf: [checkout/a, journey] }",
      "journey.yaml:4:58 invalid-member shop/journey is made of itself (remove it)",
    ],
    [
      "another composite",
      "{ allOf: [checkout/a, checkout/both] }",
      "journey.yaml:4:58 invalid-member checkout/both is made of others itself (name its members instead: checkout/a, checkout/b)",
    ],
  ];
  it.each(rows)("%s is told at its place", (_, sli, problem) => {
    put("journey.yaml", journey(sli));
    put(
      "checkout.yaml",
      native("checkout", [
        plain("a"),
        plain("b"),
        plain("latency"),
        "both: { objective: 99%, sli: { worstOf: [a, b] } }",
      ]),
    );
    const set = load();
    expect(told(set.problems)).toEqual([problem]);
    expect(states(set)).toEqual({ "checkout.yaml": "loaded", "journey.yaml": "rejected" });
    expect(ids(set)).toEqual(["checkout/a", "checkout/b", "checkout/both", "checkout/latency"]);
  });

  it("of one another: both are refused, and nothing goes round for ever", () => {
    put("a.yaml", native("a", [plain("x"), "j: { objective: 99%, sli: { worstOf: [x, b/j] } }"]));
    put("b.yaml", native("b", [plain("x"), "j: { objective: 99%, sli: { allOf: [x, a/j] } }"]));
    const set = load();
    expect(set.problems.map(({ code }) => code)).toEqual(["invalid-member", "invalid-member"]);
    expect(ids(set)).toEqual([]);
  });

  it("in a file that is broken: the hint leads there", () => {
    put("journey.yaml", journey("{ worstOf: [checkout/a, checkout/b] }"));
    put("checkout.yaml", native("checkout", [plain("a"), plain("b"), plain("c").replace("%", "")]));
    expect(told(load().problems).slice(1)).toEqual([
      expect.stringContaining(
        "unknown-member no file has an SLO checkout/a (it is in checkout.yaml:4, and that file has errors)",
      ),
      expect.stringContaining("checkout/b (it is in checkout.yaml:5"),
    ]);
  });

  it("in a template stand at the template's place; the file that uses it is told", () => {
    put(
      "templates.yaml",
      `apiVersion: slowburn/v1
templates:
  web@1:
    parameters:
      other: { type: string, example: x }
    slos:
      a: { objective: 99%, sli: { metric: m, bad: { e: 1 } } }
      both: { objective: 99%, sli: { worstOf: [a, { param: other }] } }
`,
    );
    put(
      "good.yaml",
      "apiVersion: slowburn/v1\nservice: good\nuse: web@1\nwith: { other: bad/a }\n",
    );
    put("bad.yaml", "apiVersion: slowburn/v1\nservice: bad\nuse: web@1\nwith: { other: none/a }\n");
    const set = load();
    expect(told(set.problems)).toEqual([
      "bad.yaml:4:16 unknown-member no file has an SLO none/a (no file has SLOs of the service none)",
      "good.yaml:4:16 unknown-member no file has an SLO bad/a (it is in bad.yaml:3, and that file has errors)",
    ]);
    put("bad.yaml", "apiVersion: slowburn/v1\nservice: bad\nuse: web@1\nwith: { other: good/a }\n");
    const mended = load(set);
    expect(told(mended.problems)).toEqual([]);
    expect(membersOf(mended, "bad/both")).toEqual(["bad/a", "good/a"]);
  });
});

describe("edits", () => {
  beforeEach(() => {
    put("journey.yaml", journey("{ worstOf: [checkout/a, checkout/b] }"));
    put("checkout.yaml", native("checkout", [plain("a"), plain("b")]));
  });

  it("a composite that breaks keeps its last good version, and comes back", () => {
    const before = load();
    put("journey.yaml", journey("{ worstOf: [checkout/a, checkout/z] }"));
    const broken = load(before);
    expect(states(broken)).toEqual({ "checkout.yaml": "loaded", "journey.yaml": "kept-last-good" });
    expect(membersOf(broken, "shop/journey")).toEqual(["checkout/a", "checkout/b"]);
    put("checkout.yaml", native("checkout", [plain("a"), plain("b"), plain("z")]));
    const mended = load(broken);
    expect(told(mended.problems)).toEqual([]);
    expect(membersOf(mended, "shop/journey")).toEqual(["checkout/a", "checkout/z"]);
  });

  it.each(["b is gone", "the file is gone"])(
    "a member goes (%s): the composite stays as it is",
    (what) => {
      const before = load();
      if (what === "b is gone") put("checkout.yaml", native("checkout", [plain("a")]));
      else rmSync(join(root, "checkout.yaml"));
      const after = load(before);
      expect(told(after.problems).at(-1)).toMatch(/^journey.yaml:4:60 unknown-member/);
      expect(states(after)["journey.yaml"]).toBe("kept-last-good");
      expect(membersOf(after, "shop/journey")).toEqual(["checkout/a", "checkout/b"]);
      const again = load(after);
      expect(again.slos).toEqual(after.slos);
      expect(again.problems).toEqual(after.problems);
    },
  );

  it("a member's file that breaks stops nothing: its last good version has the member", () => {
    const before = load();
    put("checkout.yaml", "a: [");
    const after = load(before);
    expect(states(after)).toEqual({ "checkout.yaml": "kept-last-good", "journey.yaml": "loaded" });
    expect(after.slos).toEqual(before.slos);
  });

  it("a member that becomes a composite is its own file's fault", () => {
    const before = load();
    put(
      "checkout.yaml",
      native("checkout", [
        plain("a"),
        plain("c"),
        "b: { objective: 99%, sli: { worstOf: [a, c] } }",
      ]),
    );
    const after = load(before);
    expect(told(after.problems)).toEqual([
      "checkout.yaml:6:1 invalid-member as a member of shop/journey (journey.yaml:4): checkout/b is made of others itself (name its members instead: checkout/a, checkout/c)",
    ]);
    expect(after.slos).toEqual(before.slos);
  });

  it("after a restart the last good version is the stored one", () => {
    const before = load();
    const stored = JSON.parse(JSON.stringify(before)) as RuleSet;
    rmSync(join(root, "checkout.yaml"));
    const after = load(stored);
    expect(membersOf(after, "shop/journey")).toEqual(["checkout/a", "checkout/b"]);
    expect(after.problems.map(({ code }) => code)).toEqual(["unknown-member", "unknown-member"]);
  });
});

describe("calendar windows", () => {
  it("one is shared by a member and all its composites, beside any rolling ones", () => {
    put("checkout.yaml", native("checkout", [plain("a", inMonth("UTC")), plain("b")]));
    put(
      "journey.yaml",
      native("shop", [
        `j: { objective: 99%, ${inMonth("UTC")} sli: { worstOf: [checkout/a, checkout/b] } }`,
        `k: { objective: 98%, ${inMonth("UTC")} sli: { weighted: { checkout/a: 1, checkout/b: 1 } } }`,
        "l: { objective: 98%, window: 7d, sli: { allOf: [checkout/a, checkout/b] } }",
      ]),
    );
    expect(told(load().problems)).toEqual([]);
  });

  it.each<readonly [name: string, own: string, composite: string]>([
    ["another zone", inMonth("UTC"), inMonth("Europe/Berlin")],
    ["another unit", inMonth("UTC"), "window: { calendar: week, timeZone: UTC },"],
    [
      "another anchor",
      inMonth("UTC"),
      'window: { calendar: month, timeZone: UTC, start: "2024-01-15" },',
    ],
  ])("%s than the member's own is refused", (_, own, composite) => {
    put("checkout.yaml", native("checkout", [plain("a", own), plain("b")]));
    put("journey.yaml", journey("{ worstOf: [checkout/a, checkout/b] }", composite));
    const set = load();
    expect(set.problems).toMatchObject([{ code: "composite-window", line: 4 }]);
    expect(told(set.problems)[0]).toContain("journey.yaml:4:");
    expect(ids(set)).toEqual(["checkout/a", "checkout/b"]);
  });

  it("two composites of different calendars over one SLO: the newer is refused", () => {
    put("checkout.yaml", native("checkout", [plain("a"), plain("b"), plain("c")]));
    put("z.yaml", journey("{ worstOf: [checkout/a, checkout/b] }", inMonth("UTC")));
    const before = load();
    expect(before.problems).toEqual([]);
    put(
      "a.yaml",
      native("x", [
        `j: { objective: 99%, ${inMonth("Asia/Tokyo")} sli: { worstOf: [checkout/c, checkout/b] } }`,
      ]),
    );
    const after = load(before);
    expect(told(after.problems)).toEqual([
      "a.yaml:4:104 composite-window checkout/b is read over month in UTC from 2024-01-01T00:00:00, since it is a member of shop/journey, over it: it cannot be over month in Asia/Tokyo from 2024-01-01T00:00:00 as well (give both the same calendar, or one of them a rolling window)",
    ]);
    expect(after.slos).toEqual(before.slos);
  });

  it("a member that changes to another calendar is its own file's fault", () => {
    put("checkout.yaml", native("checkout", [plain("a"), plain("b")]));
    put("journey.yaml", journey("{ worstOf: [checkout/a, checkout/b] }", inMonth("UTC")));
    const before = load();
    put("checkout.yaml", native("checkout", [plain("a"), plain("b", inMonth("Asia/Tokyo"))]));
    const after = load(before);
    expect(after.problems).toMatchObject([{ code: "composite-window", line: 5 }]);
    expect(states(after)).toEqual({ "checkout.yaml": "kept-last-good", "journey.yaml": "loaded" });
    expect(after.slos).toEqual(before.slos);
  });
});

describe("files that are named alone", () => {
  const named = (...files: readonly string[]) =>
    readNamedFiles(
      files.map((file) => ({ file: join(root, file), text: texts[file] ?? "" })),
      { bucketMs: 10_000 },
      () => root,
    ).map(({ problems }) => told(problems));
  let texts: Record<string, string>;
  beforeEach(() => {
    texts = {
      "journey.yaml": journey("{ worstOf: [checkout/a, checkout/b] }"),
      "checkout.yaml": native("checkout", [plain("a"), plain("b")]),
      "lost.yaml": native("lost", [
        "j: { objective: 99%, sli: { worstOf: [checkout/a, checkout/throughput] } }",
      ]),
    };
    for (const [file, text] of Object.entries(texts)) put(file, text);
  });

  it("find their members in the other files of the folder", () => {
    expect(named("journey.yaml")).toEqual([[]]);
    expect(named("journey.yaml", "checkout.yaml")).toEqual([[], []]);
  });

  it("are told of those that no file has", () => {
    expect(named("lost.yaml", "journey.yaml")).toEqual([
      ["lost.yaml:4:53 unknown-member no file has an SLO checkout/throughput (checkout has: a, b)"],
      [],
    ]);
  });
});
