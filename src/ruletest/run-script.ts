/** Runs the tests of a script, each in a world of its own. */
import { ProblemError, type Problem } from "../slo/index.ts";
import { alertOf, checkCrossing, liveAlerts, stateText, timelineText } from "./check-alert.ts";
import { isAsExpected, numberOf, numberText, streamOf } from "./check-number.ts";
import { refuse, type Place } from "./problem-codes.ts";
import { readScriptRules } from "./rule-source.ts";
import type { Assertion, Crossing, Script, Statement, TestCase } from "./script.ts";
import type { Failure, ScriptVerdict, TestVerdict } from "./verdict.ts";
import { World } from "./world.ts";

export interface RunSettings {
  /** Loses everything in memory, and comes back, after every statement and in the middle of every move of the clock. */
  readonly crashesAlways?: boolean;
  /** Hears how far a test is, often: at every moment of it at which something is sent. */
  readonly onProgress?: (test: string, atMs: number) => void;
}

export function runScript(script: Script, settings: RunSettings = {}): ScriptVerdict {
  const tests = script.tests.map((test) => new TestRun(script, test, settings).verdict());
  return { file: script.file, problems: [], tests };
}

class TestRun {
  readonly #script: Script;
  readonly #test: TestCase;
  readonly #settings: RunSettings;
  readonly #world: World;
  readonly #failures: Failure[] = [];
  /** How far the timeline was told of, by alert. */
  readonly #seen = new Map<string, number>();
  #claimCount = 0;

  constructor(script: Script, test: TestCase, settings: RunSettings) {
    this.#script = script;
    this.#test = test;
    this.#settings = settings;
    const onMove = (atMs: number) => settings.onProgress?.(test.name, atMs);
    this.#world = new World(script.startMs, script.bucketMs, onMove);
  }

  verdict(): TestVerdict {
    const { name, place, statements } = this.#test;
    let problems: readonly Problem[] = [];
    try {
      this.#startRules();
      for (const statement of statements) this.#run(statement);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problems = error.problems;
    }
    return {
      name,
      line: place.line,
      claimCount: this.#claimCount,
      failures: this.#failures,
      alerts: this.#world.timeline,
      problems,
    };
  }

  /** All `rules` lines of a test are in force together, from its beginning. */
  #startRules(): void {
    const lines = this.#test.statements.flatMap((statement) =>
      statement.kind === "rules" && !statement.isEdit ? [statement] : [],
    );
    if (lines.length > 0) this.#world.setRules(readScriptRules(this.#script, lines));
  }

  #run(statement: Statement): void {
    const world = this.#world;
    switch (statement.kind) {
      case "rules":
        if (statement.isEdit) world.setRules(readScriptRules(this.#script, [statement]));
        break;
      case "load":
        for (const load of statement.series) world.load(load);
        break;
      case "at":
        this.#advanceTo(statement.atMs, statement.place);
        for (const assertion of statement.assertions) this.#check(assertion);
        break;
      case "crossing":
        if (statement.crossing.toMs > world.nowMs) this.#moveTo(statement.crossing.toMs);
        this.#checkCrossing(statement.crossing, statement.place);
        break;
      case "crash":
        world.replay.crash();
        break;
    }
    if (this.#settings.crashesAlways === true) world.replay.crash();
  }

  #moveTo(atMs: number): void {
    const world = this.#world;
    if (this.#settings.crashesAlways === true) {
      world.advanceTo(Math.floor((world.nowMs + atMs) / 2));
      world.replay.crash();
    }
    world.advanceTo(atMs);
  }

  #advanceTo(atMs: number, place: Place): void {
    if (atMs < this.#world.nowMs)
      refuse("time-backwards", place, "the clock is beyond that moment", "time goes forward only");
    this.#moveTo(atMs);
  }

  #check(assertion: Assertion): void {
    const world = this.#world;
    switch (assertion.kind) {
      case "number": {
        const { quantity, selector, expected, place } = assertion;
        const actual = numberOf(world, quantity, selector);
        this.#claim(place, isAsExpected(expected, actual), expected.text, numberText(actual));
        break;
      }
      case "alert": {
        const { alert, state, isInhibited, place } = assertion;
        const actual = stateText(alertOf(world, alert));
        const expected = isInhibited ? "firing inhibited" : state;
        const holds = isInhibited ? actual === expected : actual.startsWith(expected);
        const timeline = () => timelineText(world, alert);
        this.#claim(place, holds, expected, actual, timeline);
        break;
      }
      case "no-alerts": {
        const live = liveAlerts(world);
        this.#claim(assertion.place, live.length === 0, "no alerts", live.join(", "));
        break;
      }
      case "integrity": {
        const stream = streamOf(world, assertion.selector);
        const read = stream && world.replay.engine.read(stream.index).integrity;
        const reasons = read?.kind === "partial" ? read.reasons.join("; ") : "";
        const actual = read === undefined ? "absent" : `${read.kind}${reasons && `: ${reasons}`}`;
        const expected = assertion.isComplete ? "complete" : "partial";
        this.#claim(assertion.place, read?.kind === expected, expected, actual);
        break;
      }
      case "rejected": {
        const [expected, actual] = [assertion.points, world.rejectedPoints];
        this.#claim(assertion.place, expected === actual, String(expected), String(actual));
        break;
      }
    }
  }

  #checkCrossing(crossing: Crossing, place: Place): void {
    const { alert, text } = crossing;
    const actual = checkCrossing(this.#world, crossing, this.#seen);
    const timeline = () => timelineText(this.#world, alert);
    this.#claim(place, actual === undefined, text, actual ?? "", timeline);
  }

  #claim(
    place: Place,
    holds: boolean,
    expected: string,
    actual: string,
    timeline?: () => readonly string[],
  ): void {
    this.#claimCount++;
    if (holds) return;
    const atMs = this.#world.nowMs;
    this.#failures.push({
      ...place,
      atMs,
      expected,
      actual,
      ...(timeline !== undefined && { timeline: timeline() }),
    });
  }
}
