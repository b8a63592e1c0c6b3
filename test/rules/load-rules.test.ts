/** A directory of rule files while people edit it: what runs, and what is said. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { loadRules, type RuleSet } from "../../src/rules/index.ts";
import { RuleDirectory } from "./rule-directory.ts";

const rules = new RuleDirectory();

const slo = (service: string, name: string, objective = "99%") =>
  `apiVersion: slowburn/v1\nservice: ${service}\nslos: { ${name}: { objective: ${objective}, sli: { metric: m, bad: { e: 1 } } } }\n`;
const ids = (set: RuleSet) => set.slos.map(({ id }) => id);
const codes = (set: RuleSet) => set.problems.map(({ code }) => code);

describe("which files are read", () => {
  it("every .yaml and .yml below, in any folder but schema/ and those with a dot", () => {
    rules.put("a.yaml", slo("a", "x"));
    rules.put("team/deep/b.yml", slo("b", "x"));
    rules.put("schema/c.yaml", "not rules");
    rules.put(".git/d.yaml", "not rules");
    rules.put(".e.yaml.swp", "not rules");
    rules.put("README.md", "not rules");
    const set = rules.load();
    expect(set.problems).toEqual([]);
    expect(rules.states(set)).toEqual({ "a.yaml": "loaded", "team/deep/b.yml": "loaded" });
    expect(ids(set)).toEqual(["a/x", "b/x"]);
  });

  it("a missing directory is a problem, not a crash", () => {
    const set = loadRules(rules.pathOf("none"), { bucketMs: 10_000, now: () => 1 });
    expect(codes(set)).toEqual(["directory-unreadable"]);
    expect(set.slos).toEqual([]);
  });

  it("a link that leaves the directory is refused, one inside is followed once", () => {
    const outside = mkdtempSync(join(tmpdir(), "slowburn-outside-"));
    writeFileSync(join(outside, "o.yaml"), slo("outside", "x"));
    rules.put("a.yaml", slo("a", "x"));
    symlinkSync(join(outside, "o.yaml"), rules.pathOf("o.yaml"));
    symlinkSync(outside, rules.pathOf("folder.yaml"));
    symlinkSync("a.yaml", rules.pathOf("b.yaml"));
    symlinkSync(".", rules.pathOf("circle"));
    symlinkSync("loop.yaml", rules.pathOf("loop.yaml"));
    const set = rules.load();
    rmSync(outside, { recursive: true });
    expect(ids(set)).toEqual(["a/x"]);
    expect(
      set.problems.map(({ code, file }) => [code, file?.slice(rules.root.length + 1)]),
    ).toEqual([
      ["file-outside-root", "folder.yaml"],
      ["file-unreadable", "loop.yaml"],
      ["file-outside-root", "o.yaml"],
    ]);
  });

  it("a link that leads to nothing is a problem, and keeps the last good version", () => {
    rules.put("a.yaml", slo("a", "x"));
    rules.put("versions/1.txt", slo("b", "x"));
    symlinkSync("versions/1.txt", rules.pathOf("b.yaml"));
    const before = rules.load();
    expect(ids(before)).toEqual(["a/x", "b/x"]);
    rmSync(rules.pathOf("versions/1.txt"));
    symlinkSync("nowhere", rules.pathOf("team")); // a folder, once
    symlinkSync("nowhere", rules.pathOf("README.md")); // no rules, whatever it was
    const set = rules.load(before);
    expect(
      set.problems.map(({ code, file }) => [code, file?.slice(rules.root.length + 1)]),
    ).toEqual([
      ["file-unreadable", "b.yaml"],
      ["file-unreadable", "team"],
    ]);
    expect(rules.states(set)).toEqual({
      "a.yaml": "loaded",
      "b.yaml": "kept-last-good",
      team: "rejected",
    });
    expect(ids(set)).toEqual(["a/x", "b/x"]);
  });

  it("a pipe does not block, a folder is no file", () => {
    execFileSync("mkfifo", [rules.pathOf("pipe.yaml")]);
    mkdirSync(rules.pathOf("folder.yaml"));
    expect(codes(rules.load())).toEqual(["file-unreadable"]);
  });

  it("1 MiB and a byte, and more files than allowed, are refused", () => {
    rules.put("big.yaml", "#".repeat(1024 * 1024 + 1));
    expect(codes(rules.load())).toEqual(["file-too-large"]);
    for (const name of ["a", "b", "c"]) rules.put(`${name}.yaml`, slo(name, "x"));
    const set = loadRules(rules.root, { bucketMs: 10_000, now: () => 1, fileLimit: 2 });
    expect(ids(set)).toEqual(["a/x", "b/x"]);
    expect(codes(set)).toEqual(["too-many-files"]);
  });
});

describe("a broken file", () => {
  it("is rejected when it never was good; the others run", () => {
    rules.put("a.yaml", slo("a", "x"));
    rules.put("b.yaml", slo("b", "x", "0.99"));
    const set = rules.load();
    expect(rules.states(set)).toEqual({ "a.yaml": "loaded", "b.yaml": "rejected" });
    expect(ids(set)).toEqual(["a/x"]);
  });

  it("keeps its last good version, says so, and comes back when it is mended", () => {
    rules.put("a.yaml", slo("a", "x"));
    const good = rules.load();
    rules.put("a.yaml", slo("a", "x", "0.99"));
    const kept = rules.load(good);
    expect(kept.files).toMatchObject([
      {
        state: "kept-last-good",
        sloCount: 1,
        loadedAt: good.files[0]?.loadedAt,
        problems: [{ code: "objective-sign" }],
      },
    ]);
    expect(kept.slos).toEqual(good.slos);
    const stillKept = rules.load(kept);
    expect(rules.states(stillKept)).toEqual({ "a.yaml": "kept-last-good" });
    rules.put("a.yaml", slo("a", "x", "98%"));
    const mended = rules.load(stillKept);
    expect(mended.slos[0]?.objective.text).toBe("98%");
    expect(mended.files).toMatchObject([{ state: "loaded", problems: [] }]);
    expect(mended.files[0]?.loadedAt).toBeGreaterThan(good.files[0]?.loadedAt ?? 0);
  });

  it("keeps it across a restart: a set is plain data", () => {
    rules.put("a.yaml", slo("a", "x"));
    const stored = JSON.parse(JSON.stringify(rules.load())) as RuleSet;
    rules.put("a.yaml", "\tno yaml");
    const set = rules.load(stored);
    expect(rules.states(set)).toEqual({ "a.yaml": "kept-last-good" });
    expect(set.slos).toEqual(stored.slos);
  });

  it("runs with warnings", () => {
    rules.put("a.yaml", `${slo("a", "x")}labels: { version: 1.10 }\n`);
    const set = rules.load();
    expect(rules.states(set)).toEqual({ "a.yaml": "loaded" });
    expect(set.problems).toMatchObject([{ severity: "warning" }]);
  });

  // root reads everything.
  it.skipIf(process.getuid?.() === 0)("that cannot be read keeps it too", () => {
    rules.put("a.yaml", slo("a", "x"));
    const good = rules.load();
    chmodSync(rules.pathOf("a.yaml"), 0);
    expect(rules.states(rules.load(good))).toEqual({ "a.yaml": "kept-last-good" });
  });

  it("a directory that is gone for a moment keeps all of them; a deleted file is gone", () => {
    rules.put("a.yaml", slo("a", "x"));
    rules.put("b.yaml", slo("b", "x"));
    const good = rules.load();
    rmSync(rules.pathOf("b.yaml"));
    expect(ids(rules.load(good))).toEqual(["a/x"]);
    rmSync(rules.root, { recursive: true });
    const kept = rules.load(good);
    expect(kept.slos).toEqual(good.slos);
    expect(rules.states(kept)).toEqual({ "a.yaml": "kept-last-good", "b.yaml": "kept-last-good" });
    expect(codes(kept)).toEqual(["directory-unreadable"]);
  });
});

describe("one SLO in two files", () => {
  it("the first by name has it; the problem names both places", () => {
    rules.put("a.yaml", slo("s", "x"));
    rules.put("b.yaml", `# moved down\n${slo("s", "x", "95%")}`);
    const set = rules.load();
    expect(rules.states(set)).toEqual({ "a.yaml": "loaded", "b.yaml": "rejected" });
    expect(set.slos[0]?.objective.text).toBe("99%");
    expect(set.problems).toMatchObject([
      {
        code: "duplicate-slo",
        file: rules.pathOf("b.yaml"),
        line: 4,
        message: `s/x is in ${rules.pathOf("a.yaml")}:3 already`,
      },
    ]);
  });

  it("the file that runs it keeps it, and the newcomer its own last good version", () => {
    rules.put("b.yaml", slo("s", "x"));
    rules.put("a.yaml", slo("s", "y"));
    const good = rules.load();
    rules.put("a.yaml", slo("s", "x", "95%"));
    const set = rules.load(good);
    expect(rules.states(set)).toEqual({ "a.yaml": "kept-last-good", "b.yaml": "loaded" });
    expect(set.slos).toEqual(good.slos);
  });

  it("may move from one file to another in one go", () => {
    rules.put("a.yaml", slo("s", "x"));
    const good = rules.load();
    rmSync(rules.pathOf("a.yaml"));
    rules.put("b.yaml", slo("s", "x"));
    const set = rules.load(good);
    expect(set.problems).toEqual([]);
    expect(set.slos[0]?.source.file).toBe(rules.pathOf("b.yaml"));
  });

  it("is there once, whatever was edited at the same time", () => {
    rules.put("a.yaml", slo("s", "x"));
    rules.put("b.yaml", slo("s", "y"));
    rules.put("c.yaml", slo("s", "z"));
    const good = rules.load();
    rules.put("a.yaml", slo("s", "y"));
    rules.put("b.yaml", slo("s", "z"));
    rules.put("c.yaml", slo("s", "x", "0.9"));
    const set = rules.load(good);
    // c is broken and keeps z, so b (which wants z) keeps y, so a (which wants y) keeps x.
    expect(ids(set)).toEqual(["s/x", "s/y", "s/z"]);
    expect(set.slos).toEqual(good.slos);
  });
});

describe("reloading", () => {
  it("does not parse what has not changed: its SLOs are the same objects", () => {
    rules.put("a.yaml", slo("a", "x"));
    rules.put("b.yaml", slo("b", "x"));
    const first = rules.load();
    rules.put("b.yaml", slo("b", "x", "98%"));
    const second = rules.load(first);
    expect(second.slos[0]).toBe(first.slos[0]);
    expect(second.slos[1]).not.toBe(first.slos[1]);
    expect(second.files.map(({ loadedAt }) => loadedAt)).toEqual([
      first.files[0]?.loadedAt,
      rules.now,
    ]);
  });

  it("reads anew what other settings judge otherwise", () => {
    rules.put(
      "a.yaml",
      `apiVersion: slowburn/v1\nservice: a\nslos: { x: { objective: 99%, window: 5m, sli: { metric: m, bad: { e: 1 } }, alerts: none } }\n`,
    );
    const fine = loadRules(rules.root, { bucketMs: 1_000, now: () => 1 });
    expect(fine.problems).toEqual([]);
    const coarse = loadRules(rules.root, { bucketMs: 10_000, now: () => 1, previous: fine });
    expect(codes(coarse)).toEqual(["window-range"]);
  });
});

describe("exclusions in files of their own", () => {
  const upgrade = (match: string, reason = "Upgrade") =>
    `apiVersion: slowburn/v1\nexclude: [{ match: ${match}, reason: ${reason}, from: 2026-03-01T02:00:00Z, to: 2026-03-01T04:00:00Z }]\n`;
  const reasons = (set: RuleSet) =>
    Object.fromEntries(
      set.slos.map(({ id, exclusions = [] }) => [id, exclusions.map(({ reason }) => reason)]),
    );

  it("are of the SLOs that they match, whatever file has them", () => {
    rules.put(
      "a.yaml",
      slo("a", "x").replace("service: a\n", 'service: a\nlabels: { tier: "1" }\n'),
    );
    rules.put("b.yaml", slo("b", "x"));
    rules.put("maintenance.yaml", upgrade('{ labels: { tier: "1" } }'));
    rules.put("other.yaml", upgrade("{ service: b, slo: x }", "Move"));
    const set = rules.load();
    expect(set.problems).toEqual([]);
    expect(reasons(set)).toEqual({ "a/x": ["Upgrade"], "b/x": ["Move"] });
    rules.put("maintenance.yaml", upgrade("{ slo: x }"));
    expect(reasons(rules.load(set))).toEqual({ "a/x": ["Upgrade"], "b/x": ["Upgrade", "Move"] });
    rmSync(rules.pathOf("maintenance.yaml"));
    expect(reasons(rules.load(rules.load(set)))).toEqual({ "a/x": [], "b/x": ["Move"] });
  });

  it("go on while their file is broken, over a restart too; and the SLOs' files stay as they were", () => {
    rules.put("a.yaml", slo("a", "x"));
    rules.put("maintenance.yaml", upgrade("{ service: a }"));
    const first = rules.load();
    rules.put("maintenance.yaml", "apiVersion: slowburn/v1\nexclude: {}\n");
    const broken = rules.load(first);
    expect(rules.states(broken)).toEqual({
      "a.yaml": "loaded",
      "maintenance.yaml": "kept-last-good",
    });
    expect(reasons(broken)).toEqual({ "a/x": ["Upgrade"] });
    expect(broken.files[0]?.loadedAt).toBe(first.files[0]?.loadedAt);
    const restored = JSON.parse(JSON.stringify({ slos: first.slos, files: [], problems: [] }));
    const restarted = rules.load(restored as RuleSet);
    expect(reasons(restarted)).toEqual({ "a/x": ["Upgrade"] });
    expect(rules.states(restarted)).toEqual({
      "a.yaml": "loaded",
      "maintenance.yaml": "kept-last-good",
    });
  });

  it("that match nothing are said", () => {
    rules.put("a.yaml", slo("a", "x"));
    rules.put("maintenance.yaml", upgrade("{ service: b }"));
    expect(codes(rules.load())).toEqual(["exclusion-unmatched"]);
  });
});
