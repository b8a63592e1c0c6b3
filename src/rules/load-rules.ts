/**
 * The rules directory → what runs. A file runs as a whole or not at all; a broken one keeps its last good version, so that
 * a slip in one team's file stops no one's alerts. Unchanged files are not parsed again.
 */
import { createHash } from "node:crypto";
import { sep } from "node:path";
import { millis, type Exclusion, type Problem, type Slo } from "../slo/index.ts";
import {
  isBroken,
  isSameVersion,
  keepsLastGood,
  newCandidate,
  running,
  runningExclusions,
  type Candidate,
} from "./candidate.ts";
import { refuseComposites, reportBroken } from "./composite-members.ts";
import { readFolder, type KnownReadings, type RuleText } from "./folder-readings.ts";
import { listRuleFiles, readRuleText } from "./rule-folder.ts";
import { isRuleJson, readRuleFiles, type RuleFileReading } from "./rule-file.ts";
import { ownVersion, scopedOf, withScoped } from "./scoped-exclusions.ts";
import type { LoadSettings, RuleFile, RuleSet, RuleSettings } from "./rule-set.ts";
import type { SourceText } from "./yaml-text.ts";

/** What was parsed for a set, so that the next load parses only what changed. Sets from a snapshot have none. */
const readingsOfSet = new WeakMap<RuleSet, KnownReadings>();

/**
 * Reads every .yaml and .yml file below `directory` but those in its `schema/`, and every .json file that is meant to
 * hold SLOs. Never throws for what it finds there: `problems` says it. When the directory itself cannot be read, all of
 * `previous` goes on running.
 */
export function loadRules(directory: string, settings: LoadSettings): RuleSet {
  const { previous, now } = settings;
  const listing = listRuleFiles(directory, settings.fileLimit);
  if (listing.root === undefined) return keepAll(previous, listing.problems);
  const ran = previous?.slos ?? [];
  const lastGood = groupBy(ran.map(ownVersion), (slo) => slo.source.file);
  const wasGood = new Set(
    (previous?.files ?? []).filter(({ state }) => state !== "rejected").map(({ file }) => file),
  );
  const known = previous === undefined ? undefined : readingsOfSet.get(previous);
  const texts: RuleText[] = [];
  const candidates: Candidate[] = [];
  const admit = (file: string, reading: RuleFileReading, isTakenOver = false) =>
    candidates.push({
      ...newCandidate(file, reading),
      lastGood: lastGood.get(file) ?? [],
      lastExclusions: () => scopedOf(file, ran),
      hadLastGood: lastGood.has(file) || wasGood.has(file),
      isTakenOver,
    });
  for (const problem of listing.problems)
    for (const file of filesOf(problem, previous)) admit(file, nothingOf(problem));
  for (const file of listing.files) {
    const content = readRuleText(file);
    if (content.kind === "gone") continue;
    if (content.kind === "refused") admit(file, nothingOf(content.problem));
    else if (!/\.json$/i.test(file) || isRuleJson(content.text))
      texts.push({ file, text: content.text, key: digestOf(file, content.text, settings) });
  }
  const readings = readFolder(texts, settings, known);
  for (const { file, reading, isTakenOver } of readings.files) admit(file, reading, isTakenOver);
  const set = settle(candidates, previous, millis(now()));
  readingsOfSet.set(set, readings.known);
  return set;
}

/**
 * Texts that somebody means to put into the directory, read as they would be from it beside one another, and beside
 * `running`: the SLOs of files that stay.
 */
export function readRuleTexts(
  sources: readonly SourceText[],
  settings: RuleSettings,
  running: readonly Slo[] = [],
): Pick<RuleSet, "slos" | "problems"> {
  const meant = sources.filter(({ file, text }) => !/\.json$/i.test(file) || isRuleJson(text));
  const readings = readRuleFiles(meant, settings);
  const candidates = meant.map(({ file }, index) => newCandidate(file, readings[index] ?? NOTHING));
  const claimed = new Set(readings.flatMap(({ slos }) => slos.map(({ id }) => id)));
  const staying = running.filter(({ id }) => !claimed.has(id));
  const beside = [...groupBy(staying, ({ source }) => source.file)].map(([file, slos]) => ({
    ...newCandidate(file, { ...NOTHING, slos }),
    lastGood: slos,
    isTakenOver: true,
  }));
  const set = settle([...candidates, ...beside], undefined, millis(0));
  const stays = new Set(staying.map(({ id }) => id));
  return { slos: set.slos.filter(({ id }) => !stays.has(id)), problems: set.problems };
}

const NOTHING: RuleFileReading = { slos: [], exclusions: [], problems: [] };

function keepAll(previous: RuleSet | undefined, problems: readonly Problem[]): RuleSet {
  const files = (previous?.files ?? []).map((file): RuleFile =>
    file.state === "loaded" ? { ...file, state: "kept-last-good" } : file,
  );
  return { slos: previous?.slos ?? [], files, problems };
}

/** A folder that cannot be listed stands for the files that ran from it. */
function filesOf({ code, file = "" }: Problem, previous: RuleSet | undefined): readonly string[] {
  if (code !== "directory-unreadable") return [file];
  const below = (previous?.files ?? []).map((known) => known.file);
  return [file, ...below.filter((known) => known.startsWith(file + sep))];
}

function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function digestOf(file: string, text: string, { bucketMs, groupLimitMax }: RuleSettings): string {
  const hash = createHash("sha256").update(text).digest("base64");
  return `${file}\0${bucketMs}\0${groupLimitMax}\0${hash}`;
}

const nothingOf = (problem: Problem): RuleFileReading => ({ ...NOTHING, problems: [problem] });

/** What runs of all, each with the exclusions of other files that match it. */
function runningSlos(candidates: readonly Candidate[]): readonly Slo[] {
  const scoped = candidates.flatMap(runningExclusions);
  const slos = candidates.flatMap(running).map((slo) => withScoped(slo, scoped));
  const used = new Set(slos.flatMap(({ exclusions }) => exclusions ?? []));
  for (const candidate of candidates)
    for (const exclusion of runningExclusions(candidate))
      if (!used.has(exclusion)) candidate.warnings.push(unmatched(exclusion));
  return slos.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

const unmatched = ({ reason, source }: Exclusion): Problem => ({
  code: "exclusion-unmatched",
  severity: "warning",
  message: `the exclusion ${JSON.stringify(reason)} matches no SLO`,
  ...source,
  column: 1,
  path: "exclude",
});

function settle(
  unordered: readonly Candidate[],
  previous: RuleSet | undefined,
  loadedAt: RuleFile["loadedAt"],
): RuleSet {
  const candidates = unordered.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const owners = new Map((previous?.slos ?? []).map((slo) => [slo.id, slo.source.file]));
  // Each round turns at least one file back to what it was.
  while (refuseTwins(candidates, owners) || refuseComposites(candidates));
  reportBroken(candidates);
  const slos = runningSlos(candidates);
  const before = new Map((previous?.files ?? []).map((file) => [file.file, file]));
  const files = candidates.map((candidate): RuleFile => {
    const broken = isBroken(candidate);
    const earlier = before.get(candidate.file);
    const isUnchanged = earlier !== undefined && (broken || isSameVersion(candidate));
    return {
      file: candidate.file,
      state: !broken ? "loaded" : keepsLastGood(candidate) ? "kept-last-good" : "rejected",
      problems: [...candidate.reading.problems, ...candidate.conflicts, ...candidate.warnings],
      sloCount: running(candidate).length,
      loadedAt: isUnchanged ? earlier.loadedAt : loadedAt,
    };
  });
  const templates = candidates.flatMap(({ reading }) => reading.templates ?? []);
  return { slos, files, problems: files.flatMap(({ problems }) => problems), templates };
}

/**
 * Two files that declare one SLO: the file that runs it keeps it, else the first by name; the other is broken.
 * True when a file was found broken, so that its last good version counts in the next round.
 */
function refuseTwins(
  candidates: readonly Candidate[],
  owners: ReadonlyMap<string, string>,
): boolean {
  const claims = groupBy(
    candidates.flatMap((candidate) => running(candidate).map((slo) => ({ candidate, slo }))),
    ({ slo }) => slo.id,
  );
  let hasRefused = false;
  for (const [id, claimants] of claims) {
    const owner =
      claimants.find(({ candidate }) => owners.get(id) === candidate.file) ?? claimants[0];
    for (const { candidate, slo } of claimants) {
      if (owner === undefined || candidate === owner.candidate || isBroken(candidate)) continue;
      const { file, line } = owner.slo.source;
      candidate.conflicts.push({
        code: "duplicate-slo",
        severity: "error",
        message: `${id} is in ${file}:${line} already`,
        hint: "rename one of them",
        file: slo.source.file,
        line: slo.source.line,
        column: 1,
        path: `slos.${slo.name}`,
      });
      hasRefused = true;
    }
  }
  return hasRefused;
}
