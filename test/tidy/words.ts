/** Words that are not used, each with the one to use (DESIGN section 2, STYLE section 2). */

export interface BannedWord {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Where the word means something else: paths that may use it. */
  readonly except?: RegExp;
}

/** In the names that code gives: words of identifiers, split at capitals. */
export const BANNED_IN_NAMES: readonly BannedWord[] = [
  // A slice is what an SLO counts (OpenSLO's Timeslices), a bucket is where a ring counts.
  { pattern: /^timeslices?$/i, instead: "slice, or bucket" },
  { pattern: /^period(s|Ms)?$/i, instead: "window, lookback or interval" },
  { pattern: /^(slo|objective)target$/i, instead: "objective" },
  { pattern: /^errorrate$/i, instead: "errorRatio" },
  { pattern: /^(good|bad)(requests|count)$/i, instead: "good, bad (events)" },
  // Alertmanager and OpenTelemetry's ContextManager are names of others.
  { pattern: /(?<!^alert|^context)(manager|helper|util|utils)$/i, instead: "the noun that it is" },
];

/** Verbs that say nothing, at the start of a function's name. */
export const BANNED_VERBS: readonly BannedWord[] = [
  { pattern: /^get[A-Z]/, instead: "the noun, or read…, find…" },
  { pattern: /^do[A-Z]/, instead: "the verb itself" },
  {
    pattern: /^process[A-Z]/,
    instead: "the verb that says what is done",
    except: /^src\/export\//,
  },
];

export const BANNED_FILE_NAMES: RegExp = /(^|\/|-)(utils?|helpers?|common|types|misc)\.ts$/;

/** In documents, outside code. */
export const BANNED_IN_DOCS: readonly BannedWord[] = [
  { pattern: /\berror rates?\b/i, instead: "error ratio" },
  { pattern: /\bSLO targets?\b/i, instead: "objective" },
  { pattern: /\btime slices?\b/i, instead: "slice, or bucket" },
  { pattern: /\bSLO periods?\b/i, instead: "window" },
  { pattern: /\bdata ?points? rate\b/i, instead: "points per second" },
];
