/** A file on its way into the set: as it was read, its last good version, and what only shows beside other files. */
import type { Exclusion, Problem, Slo } from "../slo/index.ts";
import type { RuleFileReading } from "./rule-file.ts";

export interface Candidate {
  readonly file: string;
  readonly reading: RuleFileReading;
  /** Its SLOs in the set before; empty when it was not in it, or had none. */
  readonly lastGood: readonly Slo[];
  readonly lastExclusions: () => readonly Exclusion[];
  readonly hadLastGood: boolean;
  /** Neither its text nor anything it refers to has changed. */
  readonly isTakenOver: boolean;
  /** Errors that only show beside other files. */
  readonly conflicts: Problem[];
  readonly warnings: Problem[];
}

/** After a restart what ran is known by its SLOs alone, exclusions of other files among them. */
export const keepsLastGood = ({ hadLastGood, lastExclusions }: Candidate): boolean =>
  hadLastGood || lastExclusions().length > 0;

export const isBroken = ({ reading, conflicts }: Candidate): boolean =>
  conflicts.length > 0 || reading.problems.some(({ severity }) => severity === "error");

/** What runs of a file: as it is, or its last good version. */
export const running = (candidate: Candidate): readonly Slo[] =>
  isBroken(candidate) ? candidate.lastGood : candidate.reading.slos;

export const runningExclusions = (candidate: Candidate): readonly Exclusion[] =>
  isBroken(candidate) ? candidate.lastExclusions() : candidate.reading.exclusions;

/** The very SLOs that ran before: the reading was taken over. */
export const isSameVersion = ({ reading, lastGood, isTakenOver }: Candidate): boolean =>
  isTakenOver &&
  lastGood.length === reading.slos.length &&
  reading.slos.every((slo) => lastGood.includes(slo));

/** Of a file that never ran. */
export const newCandidate = (file: string, reading: RuleFileReading): Candidate => ({
  file,
  reading,
  lastGood: [],
  lastExclusions: () => [],
  hadLastGood: false,
  isTakenOver: false,
  conflicts: [],
  warnings: [],
});
