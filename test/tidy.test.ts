/** Lints the tree for what compilers and linters do not see: the shape that src/README.md promises its readers. */
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import {
  commentsOf,
  exists,
  filesBelow,
  functionsOf,
  importsOf,
  isOutside,
  linesOf,
  percentile,
  ROOT,
  roomOf,
  textOf,
} from "./tidy/tree.ts";
import {
  BANNED_FILE_NAMES,
  BANNED_IN_DOCS,
  BANNED_IN_NAMES,
  BANNED_VERBS,
  type BannedWord,
} from "./tidy/words.ts";

/** Every room, lowest first: a room imports only rooms that stand before it. */
const ROOMS = [
  "slo",
  "promql",
  "rules",
  "convert",
  "config",
  "otlp",
  "capture",
  "engine",
  "archive",
  "series",
  "storage",
  "alerts",
  "telemetry",
  "ingest",
  "replay",
  "ruletest",
  "plan",
  "backtest",
  "export",
  "api",
  "server",
  "cli",
  "demo",
];
/** A program that nobody imports: `main.ts` is its door. */
const PROGRAMS = new Set(["demo"]);
/** Folders of src that hold no code. */
const NO_ROOMS = new Set(["deploy"]);
const DOOR_LINES = 40;
const FILE_LINES = 300;
const FUNCTION_LINES = 70;

const SOURCES = filesBelow("src", [".ts"]);
const CODE = [...SOURCES, ...filesBelow("bench", [".ts"])];
const TESTS = filesBelow("test", [".ts"]);
const DOCUMENTS = filesBelow(".", [".md"]);
/** This test quotes what it forbids. */
const OWN = /^test\/tidy/;

const rooms = [...new Set(SOURCES.flatMap((path) => roomOf(path) ?? []))].sort();

describe("rooms", () => {
  test("every folder of src is a room of the list, or holds no code", () => {
    expect(rooms).toEqual([...ROOMS].sort());
    const folders = filesBelow("src", [".ts", ".md", ".yaml", ".json"]).flatMap(
      (path) => roomOf(path) ?? [],
    );
    expect([...new Set(folders)].filter((name) => !ROOMS.includes(name))).toEqual([...NO_ROOMS]);
  });

  test.each(ROOMS.filter((room) => !PROGRAMS.has(room)))(
    "%s has a door that opens onto it",
    (room) => {
      const door = textOf(`src/${room}/index.ts`);
      expect(door.split("\n").length, "lines of the door").toBeLessThanOrEqual(DOOR_LINES + 1);
      expect(door, "a door begins with what the room is for").toMatch(/^\/\*\*/);
      const statements = door
        .replaceAll(/\/\*[\s\S]*?\*\//g, "")
        .replaceAll(/\/\/.*$/gm, "")
        .trim();
      for (const statement of statements.split(/;\s*/).filter((text) => text !== ""))
        expect(statement, "a door only re-exports").toMatch(
          /^export (type )?(\{|\*)[\s\S]* from "/,
        );
    },
  );

  test.each(ROOMS.filter((room) => !PROGRAMS.has(room)))("%s has a design page", (room) => {
    expect(exists(`src/${room}/README.md`)).toBe(true);
  });

  test("rooms are entered by their doors", () => {
    const byWindow = SOURCES.flatMap(importsOf).filter(({ from, to }) => {
      const room = roomOf(to);
      return room !== undefined && room !== roomOf(from) && to !== `src/${room}/index.ts`;
    });
    expect(byWindow).toEqual([]);
  });

  test("imports point one way", () => {
    const upwards = SOURCES.flatMap(importsOf).filter(({ from, to }) => {
      const [importer, imported] = [roomOf(from), roomOf(to)];
      if (importer === undefined || imported === undefined || importer === imported) return false;
      return ROOMS.indexOf(imported) > ROOMS.indexOf(importer);
    });
    expect(upwards).toEqual([]);
  });

  test("only the composition root and the programs import tests, benches or one another's insides", () => {
    const outside = SOURCES.flatMap(importsOf).filter(({ to }) => !to.startsWith("src/"));
    expect(outside).toEqual([]);
  });

  test("SQLite has one door, which picks the version that the Node line can run", () => {
    const importers = [...SOURCES, ...CODE].filter((path) =>
      /(?:from|import\() ?"better-sqlite3(?:-13)?"/.test(textOf(path)),
    );
    expect([...new Set(importers)]).toEqual(["src/storage/sqlite.ts"]);
  });

  test("rooms without I/O import none", () => {
    const pure = /^src\/(slo|promql|engine|series)\//;
    const modules =
      /from "(?:node:(?:fs|http|https|http2|net|worker_threads|child_process|timers)|better-sqlite3|pino)/;
    expect(SOURCES.filter((path) => pure.test(path) && modules.test(textOf(path)))).toEqual([]);
  });
});

describe("sizes", () => {
  const sizes = CODE.map((path) => ({ path, lines: linesOf(path).length - 1 }));
  const functions = CODE.flatMap(functionsOf);

  test("no file is over 300 lines", () => {
    expect(sizes.filter(({ lines }) => lines > FILE_LINES)).toEqual([]);
  });

  test("no function is over 70 lines without a reason in the line above", () => {
    expect(functions.length).toBeGreaterThan(500);
    const excused = /max-lines-per-function -- \w+/;
    const long = functions.filter(({ size }) => size > FUNCTION_LINES);
    const unexcused = long.filter(({ path, line }) => !excused.test(linesOf(path)[line - 2] ?? ""));
    expect(unexcused).toEqual([]);
  });

  test("half of all files are at most 120 lines, nine tenths of all functions at most 40", () => {
    const files = sizes.map(({ lines }) => lines);
    const bodies = functions.map(({ size }) => size);
    const report = {
      files: { count: files.length, p50: percentile(files, 0.5), p90: percentile(files, 0.9) },
      functions: {
        count: bodies.length,
        p50: percentile(bodies, 0.5),
        p90: percentile(bodies, 0.9),
      },
    };
    console.log("sizes in lines:", JSON.stringify(report));
    expect(report.files.p50).toBeLessThanOrEqual(120);
    expect(report.functions.p90).toBeLessThanOrEqual(40);
  });
});

describe("classes", () => {
  test("what is private is so at run time: `#name`", () => {
    const byWord = /^ {2,}(?:private|protected) /m;
    expect(SOURCES.filter((path) => byWord.test(textOf(path)))).toEqual([]);
  });
});

describe("words", () => {
  test("no file is named for being useful", () => {
    expect([...CODE, ...TESTS].filter((path) => BANNED_FILE_NAMES.test(path))).toEqual([]);
  });

  test.each(BANNED_IN_NAMES)("names do not say $pattern but: $instead", (word) => {
    expect(SOURCES.flatMap((path) => namesOf(path, /[\w$]+/g, word))).toEqual([]);
  });

  test.each(BANNED_VERBS)("functions do not begin with $pattern but: $instead", (word) => {
    const declared = /(?<=\bfunction |\n {2}(?:async )?)[a-z][\w$]*(?=\()/g;
    expect(SOURCES.flatMap((path) => namesOf(path, declared, word))).toEqual([]);
  });

  test.each(BANNED_IN_DOCS)(
    "documents do not say $pattern but: $instead",
    ({ pattern, except }) => {
      const said = DOCUMENTS.filter((path) => except?.test(path) !== true).filter((path) =>
        pattern.test(proseOf(path)),
      );
      expect(said).toEqual([]);
    },
  );
});

/** `path: name` of every name in the code of `path` that the word forbids. */
function namesOf(path: string, names: RegExp, { pattern, except }: BannedWord): readonly string[] {
  if (except?.test(path) === true) return [];
  const code = textOf(path)
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
    .replaceAll(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');
  const found = [...code.matchAll(names)]
    .map(([name]) => name)
    .filter((name) => pattern.test(name));
  return [...new Set(found)].map((name) => `${path}: ${name}`);
}

/** A document without its code. */
const proseOf = (path: string): string =>
  textOf(path)
    .replaceAll(/```[\s\S]*?```/g, "")
    .replaceAll(/`[^`\n]*`/g, "");

describe("documents", () => {
  test("links lead somewhere", () => {
    expect(DOCUMENTS.flatMap(deadLinks)).toEqual([]);
  });

  test("the tour links every room and every symbol that it names", () => {
    const tour = textOf("src/README.md");
    for (const room of ROOMS) expect(tour).toContain(`(${room}/`);
    const stale = [...tour.matchAll(/\[`([\w.#]+?)(?:\(\))?`\]\(([^)#]+\.ts)\)/g)].filter(
      ([, symbol, file]) => {
        const code = exists(`src/${file}`) ? textOf(`src/${file}`) : "";
        return (symbol ?? "")
          .split(".")
          .some((part) => !new RegExp(`(?<![\\w$])${part}(?![\\w$])`).test(code));
      },
    );
    expect(stale.map(([link]) => link)).toEqual([]);
    expect([...tour.matchAll(/\]\(([^)#]+\.ts)\)/g)].length, "links to code").toBeGreaterThan(20);
  });
});

describe("paths that are named in a text", () => {
  const files = [...CODE, ...TESTS, ...filesBelow(".", [".mjs"]), "vitest.peers.config.ts"];

  test("lead to files: in comments", () => {
    const own = (path: string) => OWN.test(path);
    expect(
      files.filter((path) => !own(path)).flatMap((at) => deadPaths(at, commentsOf(at))),
    ).toEqual([]);
  });

  test("lead to files: in documents", () => {
    const spansOf = (path: string) => textOf(path).match(/`[^`\n]+`/g) ?? [];
    expect(DOCUMENTS.flatMap((at) => deadPaths(at, spansOf(at)))).toEqual([]);
  });
});

/** Paths from the root that texts of a file name and nothing has; up to what is left open by a `*` or `<`. */
const deadPaths = (at: string, texts: readonly string[]): readonly string[] =>
  texts.flatMap((text) =>
    [...text.matchAll(/(?<![\w./<-])(?:src|test|bench)\/[\w./-]*\w/g)]
      .map(([named]) => named)
      .filter((named) => !exists(named) && !exists(`${named}.ts`) && !isOutside(named))
      .map((named) => `${at}: ${named}`),
  );

function deadLinks(path: string): readonly string[] {
  const text = textOf(path).replaceAll(/```[\s\S]*?```/g, "");
  const links = [...text.matchAll(/(?<!!)\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? "");
  return links
    .filter((link) => !/^(?:https?:|mailto:)/.test(link))
    .filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : posix.join(posix.dirname(path), file);
      if (!exists(target)) return true;
      return anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor);
    })
    .map((link) => `${path}: ${link}`);
}

/** As GitHub makes them of headings. */
const anchorsOf = (path: string): ReadonlySet<string> =>
  new Set(
    linesOf(path)
      .filter((line) => /^#+ /.test(line))
      .map((line) =>
        line
          .replace(/^#+ /, "")
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
          .replaceAll(" ", "-"),
      ),
  );

describe("leftovers", () => {
  const ALL = [
    ...filesBelow(".", [".ts", ".mjs", ".md", ".yaml", ".yml", ".json"]),
    ".ci/run",
    "Dockerfile",
  ].filter((path) => path !== "package-lock.json" && !OWN.test(path));

  test("nothing is left to do without a number", () => {
    const marks = /\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/;
    expect(ALL.filter((path) => marks.test(textOf(path)))).toEqual([]);
  });

  test("no path of one machine is written down", () => {
    const place = new RegExp(
      `(?:${["/work", "/root", "/home/\\w+", "/Users/\\w+", ROOT].join("|")})/`,
    );
    // Where a path of a system is what a text is about: containers and service units.
    const found = ALL.flatMap((path) =>
      linesOf(path)
        .map((line, index) => ({ place: `${path}:${index + 1}`, line }))
        .filter(({ line }) => place.test(line)),
    );
    expect(found).toEqual([]);
  });

  test("only peers' tests look beside the repository", () => {
    const beside = [...CODE, ...TESTS].filter(
      (path) =>
        !path.startsWith("test/peers/") && !OWN.test(path) && /\.\.\/shared\b/.test(textOf(path)),
    );
    expect(beside).toEqual([]);
  });

  test("no test is left out, or alone, without a reason", () => {
    const mark = /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:only|skip|todo|fails|skipIf|runIf)\b/;
    const silent = TESTS.filter((path) => !OWN.test(path)).flatMap((path) =>
      linesOf(path).flatMap((line, index, lines) =>
        mark.test(line) && !/\/\/|\*\//.test(`${lines[index - 1] ?? ""}${line}`)
          ? [`${path}:${index + 1}`]
          : [],
      ),
    );
    expect(silent).toEqual([]);
  });

  test("a rule that is switched off says why", () => {
    const off = /(?:oxlint|eslint)-disable|@ts-(?:ignore|expect-error|nocheck)|prettier-ignore/;
    const silent = [...CODE, ...TESTS]
      .filter((path) => !OWN.test(path))
      .flatMap((path) =>
        linesOf(path).flatMap((line, index) =>
          off.test(line) && !/(?:--|:|-expect-error) \S+ \S+/.test(line)
            ? [`${path}:${index + 1}`]
            : [],
        ),
      );
    expect(silent).toEqual([]);
  });
});

describe("packaging", () => {
  const lock = JSON.parse(textOf("package-lock.json")) as {
    packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
  };

  test("the lock file names no registry", () => {
    const resolved = Object.entries(lock.packages).filter(
      ([, entry]) => entry.resolved !== undefined,
    );
    expect(resolved.map(([name]) => name)).toEqual([]);
  });

  /** A registry that lacks a platform's binary leaves it out of the lock file, which `npm ci` then refuses. */
  test("the lock file has every optional package at the version that is asked for", () => {
    const missing = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies).filter(
        (name) => !Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`)),
      ),
    );
    expect(missing).toEqual([]);
  });

  test("versions of dependencies are exact", () => {
    const { dependencies, devDependencies } = JSON.parse(textOf("package.json")) as Record<
      "dependencies" | "devDependencies",
      Record<string, string>
    >;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});
