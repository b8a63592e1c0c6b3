/** A directory of rule files while people edit it: what runs, and what is said. Real files in a temporary directory. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadRules, type RuleSet } from "../../src/rules/index.ts";

let root: string;
let clock = 0;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "slowburn-rules-"));
  clock = 1_000;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const slo = (service: string, name: string, objective = "99%") =>
  `apiVersion: slowburn/v1\nservice: ${service}\nslos: { ${name}: { objective: ${objective}, sli: { metric: m, bad: { e: 1 } } } }\n`;
const put = (file: string, text: string) => {
  mkdirSync(join(root, file, ".."), { recursive: true });
  writeFileSync(join(root, file), text);
};
const load = (previous?: RuleSet) =>
  loadRules(root, {
    bucketMs: 10_000,
    now: () => ++clock,
    ...(previous === undefined ? {} : { previous }),
  });
const ids = (set: RuleSet) => set.slos.map(({ id }) => id);
const states = (set: RuleSet) =>
  Object.fromEntries(set.files.map(({ file, state }) => [file.slice(root.length + 1), state]));
const codes = (set: RuleSet) => set.problems.map(({ code }) => code);

describe("which files are read", () => {
  it("every .yaml and .yml below, in any folder but schema/ and those with a dot", () => {
    put("a.yaml", slo("a", "x"));
    put("team/deep/b.yml", slo("b", "x"));
    put("schema/c.yaml", "not rules");
    put(".git/d.yaml", "not rules");
    put(".e.yaml.swp", "not rules");
    put("README.md", "not rules");
    const set = load();
    expect(set.problems).toEqual([]);
    expect(states(set)).toEqual({ "a.yaml": "loaded", "team/deep/b.yml": "loaded" });
    expect(ids(set)).toEqual(["a/x", "b/x"]);
  });

  it("a missing directory is a problem, not a crash", () => {
    const set = loadRules(join(root, "none"), { bucketMs: 10_000, now: () => 1 });
    expect(codes(set)).toEqual(["directory-unreadable"]);
    expect(set.slos).toEqual([]);
  });

  it("a link that leaves the directory is refused, one inside is followed once", () => {
    const outside = mkdtempSync(join(tmpdir(), "slowburn-outside-"));
    writeFileSync(join(outside, "o.yaml"), slo("outside", "x"));
    put("a.yaml", slo("a", "x"));
    symlinkSync(join(outside, "o.yaml"), join(root, "o.yaml"));
    symlinkSync(outside, join(root, "folder.yaml"));
    symlinkSync("a.yaml", join(root, "b.yaml"));
    symlinkSync(".", join(root, "circle"));
    symlinkSync("loop.yaml", join(root, "loop.yaml"));
    const set = load();
    rmSync(outside, { recursive: true });
    expect(ids(set)).toEqual(["a/x"]);
    expect(set.problems.map(({ code, file }) => [code, file?.slice(root.length + 1)])).toEqual([
      ["file-outside-root", "folder.yaml"],
      ["file-unreadable", "loop.yaml"],
      ["file-outside-root", "o.yaml"],
    ]);
  });

  it("a link that leads to nothing is a problem, and keeps the last good version", () => {
    put("a.yaml", slo("a", "x"));
    put("versions/1.txt", slo("b", "x"));
    symlinkSync("versions/1.txt", join(root, "b.yaml"));
    const before = load();
    expect(ids(before)).toEqual(["a/x", "b/x"]);
    rmSync(join(root, "versions/1.txt"));
    symlinkSync("nowhere", join(root, "team")); // a folder, once
    symlinkSync("nowhere", join(root, "README.md")); // no rules, whatever it was
    const set = load(before);
    expect(set.problems.map(({ code, file }) => [code, file?.slice(root.length + 1)])).toEqual([
      ["file-unreadable", "b.yaml"],
      ["file-unreadable", "team"],
    ]);
    expect(states(set)).toEqual({
      "a.yaml": "loaded",
      "b.yaml": "kept-last-good",
      team: "rejected",
    });
    expect(ids(set)).toEqual(["a/x", "b/x"]);
  });

  it("a pipe does not block, a folder is no file", () => {
    execFileSync("mkfifo", [join(root, "pipe.yaml")]);
    mkdirSync(join(root, "folder.yaml"));
    expect(codes(load())).toEqual(["file-unreadable"]);
  });

  it("1 MiB and a byte, and more files than allowed, are refused", () => {
    put("big.yaml", "#".repeat(1024 * 1024 + 1));
    expect(codes(load())).toEqual(["file-too-large"]);
    for (const name of ["a", "b", "c"]) put(`${name}.yaml`, slo(name, "x"));
    const set = loadRules(root, { bucketMs: 10_000, now: () => 1, fileLimit: 2 });
    expect(ids(set)).toEqual(["a/x", "b/x"]);
    expect(codes(set)).toEqual(["too-many-files"]);
  });
});

describe("a broken file", () => {
  it("is rejected when it never was good; the others run", () => {
    put("a.yaml", slo("a", "x"));
    put("b.yaml", slo("b", "x", "0.99"));
    const set = load();
    expect(states(set)).toEqual({ "a.yaml": "loaded", "b.yaml": "rejected" });
    expect(ids(set)).toEqual(["a/x"]);
  });

  it("keeps its last good version, says so, and comes back when it is mended", () => {
    put("a.yaml", slo("a", "x"));
    const good = load();
    put("a.yaml", slo("a", "x", "0.99"));
    const kept = load(good);
    expect(kept.files).toMatchObject([
      {
        state: "kept-last-good",
        sloCount: 1,
        loadedAt: good.files[0]?.loadedAt,
        problems: [{ code: "objective-sign" }],
      },
    ]);
    expect(kept.slos).toEqual(good.slos);
    const stillKept = load(kept);
    expect(states(stillKept)).toEqual({ "a.yaml": "kept-last-good" });
    put("a.yaml", slo("a", "x", "98%"));
    const mended = load(stillKept);
    expect(mended.slos[0]?.objective.text).toBe("98%");
    expect(mended.files).toMatchObject([{ state: "loaded", problems: [] }]);
    expect(mended.files[0]?.loadedAt).toBeGreaterThan(good.files[0]?.loadedAt ?? 0);
  });

  it("keeps it across a restart: a set is plain data", () => {
    put("a.yaml", slo("a", "x"));
    const stored = JSON.parse(JSON.stringify(load())) as RuleSet;
    put("a.yaml", "\tno yaml");
    const set = load(stored);
    expect(states(set)).toEqual({ "a.yaml": "kept-last-good" });
    expect(set.slos).toEqual(stored.slos);
  });

  it("runs with warnings", () => {
    put("a.yaml", `${slo("a", "x")}labels: { version: 1.10 }\n`);
    const set = load();
    expect(states(set)).toEqual({ "a.yaml": "loaded" });
    expect(set.problems).toMatchObject([{ severity: "warning" }]);
  });

  // root reads everything.
  it.skipIf(process.getuid?.() === 0)("that cannot be read keeps it too", () => {
    put("a.yaml", slo("a", "x"));
    const good = load();
    chmodSync(join(root, "a.yaml"), 0);
    expect(states(load(good))).toEqual({ "a.yaml": "kept-last-good" });
  });

  it("a directory that is gone for a moment keeps all of them; a deleted file is gone", () => {
    put("a.yaml", slo("a", "x"));
    put("b.yaml", slo("b", "x"));
    const good = load();
    rmSync(join(root, "b.yaml"));
    expect(ids(load(good))).toEqual(["a/x"]);
    rmSync(root, { recursive: true });
    const kept = load(good);
    expect(kept.slos).toEqual(good.slos);
    expect(states(kept)).toEqual({ "a.yaml": "kept-last-good", "b.yaml": "kept-last-good" });
    expect(codes(kept)).toEqual(["directory-unreadable"]);
  });
});

describe("one SLO in two files", () => {
  it("the first by name has it; the problem names both places", () => {
    put("a.yaml", slo("s", "x"));
    put("b.yaml", `# moved down\n${slo("s", "x", "95%")}`);
    const set = load();
    expect(states(set)).toEqual({ "a.yaml": "loaded", "b.yaml": "rejected" });
    expect(set.slos[0]?.objective.text).toBe("99%");
    expect(set.problems).toMatchObject([
      {
        code: "duplicate-slo",
        file: join(root, "b.yaml"),
        line: 4,
        message: `s/x is in ${join(root, "a.yaml")}:3 already`,
      },
    ]);
  });

  it("the file that runs it keeps it, and the newcomer its own last good version", () => {
    put("b.yaml", slo("s", "x"));
    put("a.yaml", slo("s", "y"));
    const good = load();
    put("a.yaml", slo("s", "x", "95%"));
    const set = load(good);
    expect(states(set)).toEqual({ "a.yaml": "kept-last-good", "b.yaml": "loaded" });
    expect(set.slos).toEqual(good.slos);
  });

  it("may move from one file to another in one go", () => {
    put("a.yaml", slo("s", "x"));
    const good = load();
    rmSync(join(root, "a.yaml"));
    put("b.yaml", slo("s", "x"));
    const set = load(good);
    expect(set.problems).toEqual([]);
    expect(set.slos[0]?.source.file).toBe(join(root, "b.yaml"));
  });

  it("is there once, whatever was edited at the same time", () => {
    put("a.yaml", slo("s", "x"));
    put("b.yaml", slo("s", "y"));
    put("c.yaml", slo("s", "z"));
    const good = load();
    put("a.yaml", slo("s", "y"));
    put("b.yaml", slo("s", "z"));
    put("c.yaml", slo("s", "x", "0.9"));
    const set = load(good);
    // c is broken and keeps z, so b (which wants z) keeps y, so a (which wants y) keeps x.
    expect(ids(set)).toEqual(["s/x", "s/y", "s/z"]);
    expect(set.slos).toEqual(good.slos);
  });
});

describe("reloading", () => {
  it("does not parse what has not changed: its SLOs are the same objects", () => {
    put("a.yaml", slo("a", "x"));
    put("b.yaml", slo("b", "x"));
    const first = load();
    put("b.yaml", slo("b", "x", "98%"));
    const second = load(first);
    expect(second.slos[0]).toBe(first.slos[0]);
    expect(second.slos[1]).not.toBe(first.slos[1]);
    expect(second.files.map(({ loadedAt }) => loadedAt)).toEqual([first.files[0]?.loadedAt, clock]);
  });

  it("reads anew what other settings judge otherwise", () => {
    put(
      "a.yaml",
      `apiVersion: slowburn/v1\nservice: a\nslos: { x: { objective: 99%, window: 5m, sli: { metric: m, bad: { e: 1 } }, alerts: none } }\n`,
    );
    const fine = loadRules(root, { bucketMs: 1_000, now: () => 1 });
    expect(fine.problems).toEqual([]);
    const coarse = loadRules(root, { bucketMs: 10_000, now: () => 1, previous: fine });
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
    put("a.yaml", slo("a", "x").replace("service: a\n", 'service: a\nlabels: { tier: "1" }\n'));
    put("b.yaml", slo("b", "x"));
    put("maintenance.yaml", upgrade('{ labels: { tier: "1" } }'));
    put("other.yaml", upgrade("{ service: b, slo: x }", "Move"));
    const set = load();
    expect(set.problems).toEqual([]);
    expect(reasons(set)).toEqual({ "a/x": ["Upgrade"], "b/x": ["Move"] });
    put("maintenance.yaml", upgrade("{ slo: x }"));
    expect(reasons(load(set))).toEqual({ "a/x": ["Upgrade"], "b/x": ["Upgrade", "Move"] });
    rmSync(join(root, "maintenance.yaml"));
    expect(reasons(load(load(set)))).toEqual({ "a/x": [], "b/x": ["Move"] });
  });

  it("go on while their file is broken, over a restart too; and the SLOs' files stay as they were", () => {
    put("a.yaml", slo("a", "x"));
    put("maintenance.yaml", upgrade("{ service: a }"));
    const first = load();
    put("maintenance.yaml", "apiVersion: slowburn/v1\nexclude: {}\n");
    const broken = load(first);
    expect(states(broken)).toEqual({ "a.yaml": "loaded", "maintenance.yaml": "kept-last-good" });
    expect(reasons(broken)).toEqual({ "a/x": ["Upgrade"] });
    expect(broken.files[0]?.loadedAt).toBe(first.files[0]?.loadedAt);
    const restored = JSON.parse(JSON.stringify({ slos: first.slos, files: [], problems: [] }));
    expect(reasons(load(restored as RuleSet))).toEqual({ "a/x": ["Upgrade"] });
  });

  it("that match nothing are said", () => {
    put("a.yaml", slo("a", "x"));
    put("maintenance.yaml", upgrade("{ service: b }"));
    expect(codes(load())).toEqual(["exclusion-unmatched"]);
  });
});
