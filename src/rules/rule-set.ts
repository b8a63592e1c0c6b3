/** All rule files of a directory, as they run. Plain data: JSON round-trips it, so a restart can keep last good versions. */
import type { Millis, Problem, Slo } from "../slo/index.ts";

export interface RuleFile {
  /** As shown to people: the rules directory as configured, and the path in it. */
  readonly file: string;
  /**
   * `loaded`: runs as it is on disk. `kept-last-good`: is broken (see `problems`), its last good version runs.
   * `rejected`: is broken and never was good.
   */
  readonly state: "loaded" | "kept-last-good" | "rejected";
  /** Of the version on disk. */
  readonly problems: readonly Problem[];
  /** SLOs that run from this file. */
  readonly sloCount: number;
  /** When the version that runs was read; of a rejected file, when it was rejected. */
  readonly loadedAt: Millis;
}

/** A version of a template that a file of the directory publishes. */
export interface PublishedTemplate {
  readonly name: string;
  readonly version: number;
  readonly file: string;
  readonly line: number;
}

export interface RuleSet {
  /** Sorted by id. */
  readonly slos: readonly Slo[];
  /** Sorted by file. */
  readonly files: readonly RuleFile[];
  /** Those of all files, and those of the directory itself. */
  readonly problems: readonly Problem[];
  /** Of the versions on disk; absent in a set from before there were templates. */
  readonly templates?: readonly PublishedTemplate[];
}

/** What rules are read under; the operator's, not the file's. */
export interface RuleSettings {
  /** Width of the finest bucket, ms: 10 000 by default. Lookbacks are at least two of them. */
  readonly bucketMs: number;
  /** Largest `groupLimit` an SLO may ask for; 10 000 by default. */
  readonly groupLimitMax?: number;
}

export interface LoadSettings extends RuleSettings {
  /** What runs now: a broken file keeps its version of it. */
  readonly previous?: RuleSet;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** Most files read; 10 000 by default. */
  readonly fileLimit?: number;
}
