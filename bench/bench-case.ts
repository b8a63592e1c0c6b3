/** A bench is a list of cases; each can be asked for alone, and one that fails takes no other with it. */
import type { BenchSettings } from "./bench-settings.ts";
import type { BenchRow, Target } from "./row.ts";

export interface BenchCase {
  /** `npm run bench -- <bench>:<part of this name>` finds it. */
  readonly name: string;
  /** What its rows are compared with. README.md's table has a row for each: a test holds it against these. */
  readonly targets: readonly Target[];
  readonly run: () => readonly BenchRow[] | Promise<readonly BenchRow[]>;
}

/** Cheap: nothing is done before a case runs. */
export type Bench = (settings: BenchSettings) => readonly BenchCase[];

/** Throws when the rows are compared with other targets than the case says. */
export async function runCase(benchCase: BenchCase): Promise<readonly BenchRow[]> {
  const rows = await benchCase.run();
  const said = targetTexts(benchCase.targets);
  const compared = targetTexts(rows);
  if (said !== compared) throw new Error(`targets are ${said}, but the rows have ${compared}`);
  return rows;
}

const targetTexts = (figures: readonly (Target | BenchRow)[]): string =>
  JSON.stringify(
    figures
      .filter(({ target }) => target !== undefined)
      .map(({ name, unit, target, beat }) => [name, unit, target, beat ?? null]),
  );

/** Those of `ingest ingest:gzip`: a bench's name alone, or with a part of a case's name. No words ask for everything. */
export function isAsked(words: readonly string[], benchName: string, caseName: string): boolean {
  if (words.length === 0) return true;
  return words.some((word) => {
    const [name, ...part] = word.split(":");
    return name === benchName && caseName.includes(part.join(":"));
  });
}
