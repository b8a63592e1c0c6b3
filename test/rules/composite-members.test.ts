/** SLOs made of others, in files that people write: whose members are where. */
import { beforeEach, describe, expect, it } from "vitest";
import { lostMembers, readNamedFiles, readRuleFile, readRuleTexts } from "../../src/rules/index.ts";
import type { Slo } from "../../src/slo/index.ts";
import {
  ids,
  inRoot,
  journey,
  load,
  membersOf,
  native,
  plain,
  put,
  states,
  told,
} from "./member-folder.ts";

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

  it("are told of in a file that is broken otherwise, too", () => {
    put("checkout.yaml", native("checkout", [plain("a"), plain("b")]));
    put(
      "journey.yaml",
      native("shop", [
        plain("x").replace("99%", "0.99"),
        plain("y"),
        "j: { objective: 99%, sli: { worstOf: [x, y, checkout/z] } }",
        "k: { objective: 99%, sli: { worstOf: [y, none/z] } }",
      ]),
    );
    expect(told(load().problems).slice(1)).toEqual([
      "journey.yaml:6:47 unknown-member no file has an SLO checkout/z (did you mean `checkout/a`?)",
      "journey.yaml:7:44 unknown-member no file has an SLO none/z (no file has SLOs of the service none)",
    ]);
    put("none.yaml", "a: [");
    expect(told(load().problems)[2]).toContain(
      "(no file has SLOs of the service none; none.yaml may, which has errors)",
    );
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

describe("files that are named alone", () => {
  const named = (...files: readonly string[]) =>
    readNamedFiles(
      files.map((file) => ({ file: inRoot(file), text: texts[file] ?? "" })),
      { bucketMs: 10_000 },
      () => inRoot(""),
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

describe("files that are to be put beside others", () => {
  const settings = { bucketMs: 10_000 };
  const running = readRuleFile({
    file: "checkout.yaml",
    text: native("checkout", [plain("a"), plain("b")]),
  }).slos;
  const read = (file: string, text: string, beside = running) =>
    readRuleTexts([{ file, text }], settings, beside);

  it("find their members there, and are read without them", () => {
    const { slos, problems } = read(
      "journey.yaml",
      journey("{ worstOf: [checkout/a, checkout/b] }"),
    );
    expect(told(problems)).toEqual([]);
    expect(slos.map(({ id }) => id)).toEqual(["shop/journey"]);
  });

  it("are told of members that are nowhere", () => {
    const { problems } = read("journey.yaml", journey("{ worstOf: [checkout/a, checkout/z] }"));
    expect(problems.map(({ code }) => code)).toEqual(["unknown-member"]);
  });

  it("may hold what ran from another file", () => {
    const moved = native("checkout", [plain("a"), plain("c")]);
    const { slos, problems } = read("moved.yaml", moved);
    expect(told(problems)).toEqual([]);
    expect(slos.map(({ id }) => id)).toEqual(["checkout/a", "checkout/c"]);
  });

  it("break a composite of another file by what they leave out", () => {
    const staying = readRuleFile({
      file: "journey.yaml",
      text: journey("{ worstOf: [checkout/a, checkout/b] }"),
    }).slos;
    const { problems } = read("checkout.yaml", native("checkout", [plain("a")]), staying);
    expect(problems).toMatchObject([{ code: "unknown-member", file: "journey.yaml", line: 4 }]);
  });
});

it("SLOs that are counted by themselves need their members among them", () => {
  const both = readRuleFile({
    file: "shop.yaml",
    text: native("shop", [plain("a"), "j: { objective: 99%, sli: { worstOf: [a, checkout/a] } }"]),
  }).slos;
  expect(told(lostMembers(both))).toEqual([
    "shop.yaml:5:44 unknown-member checkout/a is not among the rules that are read (name its file too, or the folder)",
  ]);
});
