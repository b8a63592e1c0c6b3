/**
 * The text of a script → statements. A line without indentation begins a statement; indented ones belong to it. Every
 * line that is wrong is told of, not just the first.
 */
import { nearestName } from "../rules/index.ts";
import { ProblemError, type Problem } from "../slo/index.ts";
import { LineCursor } from "./line-cursor.ts";
import { refuse, type Place } from "./problem-codes.ts";
import { readAssertion, readCrossing } from "./read-assertion.ts";
import { readMetric } from "./read-metric.ts";
import { readAttributes } from "./read-selector.ts";
import { readSeriesLoad } from "./read-series.ts";
import type { Attributes, MetricSpec, Script, Statement, TestCase } from "./script.ts";

export interface ScriptReading {
  /** Without it `problems` says why. */
  readonly script: Script | undefined;
  readonly problems: readonly Problem[];
}

const DEFAULT_START_MS = Date.UTC(2024, 0, 1);
const DEFAULT_BUCKET_MS = 10_000;
const DEFAULT_INTERVAL_MS = 10_000;
const STATEMENTS = [
  "rules",
  "edit rules",
  "start",
  "bucket",
  "metric",
  "resource",
  "test",
  "load",
  "at",
  "alert",
  "crash",
];
const INDENTED = /^[ \t]+\S/;
const BLANK = /^\s*(?:#.*)?$/;

export function readScript(file: string, text: string): ScriptReading {
  const reader = new ScriptReader(file, text);
  const script = reader.read();
  return { script: reader.problems.length > 0 ? undefined : script, problems: reader.problems };
}

class ScriptReader {
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #text: string;
  readonly #lines: readonly string[];
  #next = 0;
  #startMs = DEFAULT_START_MS;
  #bucketMs = DEFAULT_BUCKET_MS;
  readonly #metrics = new Map<string, MetricSpec>();
  #resource: Attributes = {};
  readonly #preamble: Statement[] = [];
  readonly #tests: { name: string; place: Place; statements: Statement[] }[] = [];

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    this.#lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  }

  read(): Script {
    while (this.#next < this.#lines.length) {
      const line = this.#lines[this.#next] ?? "";
      this.#next++;
      if (!BLANK.test(line)) this.#guard(() => this.#readStatement(line, this.#next));
    }
    const script = {
      file: this.#file,
      text: this.#text,
      startMs: this.#startMs,
      bucketMs: this.#bucketMs,
      tests: this.#allTests(),
    };
    return script;
  }

  /** Collects what is refused, so that the next line is read all the same. */
  #guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.problems.push(...error.problems);
    }
  }

  #allTests(): readonly TestCase[] {
    const place = new LineCursor(this.#file, 1, this.#lines[0] ?? "").linePlace;
    const tests =
      this.#tests.length > 0 ? this.#tests : [{ name: "", place, statements: [] as Statement[] }];
    const all = tests.map((test) => ({
      ...test,
      statements: [...this.#preamble, ...test.statements],
    }));
    this.#guard(() => {
      const isEmpty = all.every(({ statements }) => !statements.some(claims));
      if (isEmpty && this.problems.length === 0)
        refuse("script-empty", place, "nothing is tested", "write `at 5m good{…} 12`");
    });
    return all;
  }

  #readStatement(line: string, number: number): void {
    const cursor = new LineCursor(this.#file, number, line);
    const place = cursor.linePlace;
    if (INDENTED.test(line)) {
      const hint = "indented lines belong to `load`, `at` and `rules:`";
      refuse("misplaced-line", place, "this indented line belongs to nothing", hint);
    }
    if (cursor.accept("start")) return this.#readStart(cursor, place);
    if (cursor.accept("bucket")) return this.#readBucket(cursor, place);
    if (cursor.accept("metric")) {
      this.#addMetric(readMetric(cursor), place);
      return;
    }
    if (cursor.accept("resource")) {
      this.#resource = readAttributes(cursor);
      return cursor.expectEnd();
    }
    if (cursor.accept("test")) return this.#readTest(cursor, place);
    this.#add(this.#readStep(cursor, place));
  }

  #addMetric(metric: MetricSpec, place: Place): void {
    const { name } = metric;
    if (this.#metrics.has(name)) {
      const hint = "a metric is the same in all tests of a script: give this one another name";
      refuse("metric-twice", place, `${name} is declared above`, hint);
    }
    this.#metrics.set(name, metric);
  }

  #add(statement: Statement): void {
    (this.#tests.at(-1)?.statements ?? this.#preamble).push(statement);
  }

  #readStep(cursor: LineCursor, place: Place): Statement {
    if (cursor.accept("rules")) return this.#readRules(cursor, place, false);
    if (cursor.accept("edit rules")) return this.#readRules(cursor, place, true);
    if (cursor.accept("load")) return this.#readLoad(cursor, place);
    if (cursor.accept("at")) return this.#readAt(cursor, place);
    if (cursor.accept("alert")) return { kind: "crossing", place, crossing: readCrossing(cursor) };
    if (cursor.accept("crash")) {
      cursor.expectEnd();
      return { kind: "crash", place };
    }
    const from = cursor.position;
    const word = cursor.take(/[^\s{(]+/y)?.[0] ?? "";
    const nearest = nearestName(word, STATEMENTS);
    const hint =
      nearest === undefined ? `one of: ${STATEMENTS.join(", ")}` : `did you mean \`${nearest}\`?`;
    return refuse("unknown-statement", cursor.placeFrom(from), `no statement begins so`, hint);
  }

  #readStart(cursor: LineCursor, place: Place): void {
    const from = cursor.position;
    const text = cursor.take(/\S+/y)?.[0] ?? "";
    const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/.test(text)
      ? Date.parse(text)
      : NaN;
    if (Number.isNaN(atMs)) {
      const hint = "write 2024-01-01T00:00:00Z";
      refuse("script-syntax", cursor.placeFrom(from), "no moment of UTC", hint);
    }
    cursor.expectEnd();
    this.#refuseAfterSteps(place);
    this.#startMs = atMs;
  }

  #readBucket(cursor: LineCursor, place: Place): void {
    this.#bucketMs = cursor.duration("the width of a bucket");
    cursor.expectEnd();
    this.#refuseAfterSteps(place);
    if (this.#bucketMs < 1000) refuse("off-grid", place, "a bucket is at least 1s wide");
  }

  #refuseAfterSteps(place: Place): void {
    if (this.#preamble.length > 0 || this.#tests.length > 0)
      refuse("misplaced-line", place, "this must stand before rules, load, at and test");
  }

  #readTest(cursor: LineCursor, place: Place): void {
    const name = cursor.text("the test's name");
    cursor.expectEnd();
    this.#tests.push({ name, place, statements: [] });
  }

  #readRules(cursor: LineCursor, place: Place, isEdit: boolean): Statement {
    if (cursor.accept(":")) {
      cursor.expectEnd("YAML stands below, indented");
      const line = this.#next;
      const block = this.#rawBlock();
      const indents = block
        .filter((text) => text.trim() !== "")
        .map((text) => text.length - text.trimStart().length);
      const indent = Math.min(...indents);
      if (indents.length === 0)
        refuse("script-syntax", place, "no YAML stands below it", "indent the YAML");
      const yaml = block.map((text) => text.slice(indent)).join("\n");
      return { kind: "rules", place, isEdit, source: { yaml: `${yaml}\n`, indent, line } };
    }
    const path = cursor.acceptText() ?? cursor.take(/[^\s"]+/y)?.[0];
    if (path === undefined)
      cursor.refuseNext("a file must stand here", "or `rules:` and YAML below it, indented");
    cursor.expectEnd();
    return { kind: "rules", place, isEdit, source: { path } };
  }

  /** Lines up to the next that is not indented; comments and blank lines at its end left out. */
  #rawBlock(): readonly string[] {
    const from = this.#next;
    let end = from;
    for (let at = from; at < this.#lines.length; at++) {
      const line = this.#lines[at] ?? "";
      if (BLANK.test(line)) continue;
      if (!INDENTED.test(line)) break;
      end = at + 1;
    }
    this.#next = end;
    return this.#lines.slice(from, end);
  }

  /** Reads each line of the block, comments and blank ones left out; each that is wrong is told of. */
  #readBlock<T>(read: (cursor: LineCursor) => T): readonly T[] {
    const first = this.#next + 1;
    const read_: T[] = [];
    for (const [index, line] of this.#rawBlock().entries())
      if (!BLANK.test(line))
        this.#guard(() => read_.push(read(new LineCursor(this.#file, first + index, line))));
    return read_;
  }

  #readLoad(cursor: LineCursor, place: Place): Statement {
    const everyMs = cursor.isAtEnd ? DEFAULT_INTERVAL_MS : cursor.duration("the export interval");
    cursor.expectEnd("series stand below, indented");
    if (everyMs === 0) refuse("off-grid", place, "an export interval is longer than nothing");
    const problemCount = this.problems.length;
    const context = { metrics: this.#metrics, resource: this.#resource, everyMs };
    const series = this.#readBlock((line) => readSeriesLoad(line, context));
    if (series.length === 0 && this.problems.length === problemCount)
      refuse("script-syntax", place, "nothing is loaded", "series stand below it, indented");
    return { kind: "load", place, series };
  }

  /** `at 5m good{…} 12`, or the assertions below it, or none: then only the clock is moved. */
  #readAt(cursor: LineCursor, place: Place): Statement {
    const atMs = cursor.moment();
    const own = cursor.isAtEnd ? [] : [readAssertion(cursor)];
    const assertions = [...own, ...this.#readBlock(readAssertion)];
    return { kind: "at", place, atMs, assertions };
  }
}

const claims = (statement: Statement): boolean =>
  statement.kind === "crossing" || (statement.kind === "at" && statement.assertions.length > 0);
