/**
 * All files of a folder, read together: first what each shares with the others, then each on its own. What was read before
 * is taken over where neither the text nor anything it refers to has changed.
 */
import { Catalogue, inForce, References, type Lookup, type SharedObject } from "./references.ts";
import {
  parseRuleFile,
  readParsedFile,
  type ParsedRuleFile,
  type RuleFileReading,
} from "./rule-file.ts";
import type { RuleSettings } from "./rule-set.ts";

export interface RuleText {
  readonly file: string;
  readonly text: string;
  /** The same for the same text, read under the same settings. */
  readonly key: string;
}

interface KnownReading {
  readonly reading: RuleFileReading;
  readonly shared: readonly SharedObject[];
  readonly lookups: readonly Lookup[];
}

/** What the next load can take over. */
export interface KnownReadings {
  readonly byKey: ReadonlyMap<string, KnownReading>;
  /** What each file shares that was checked where it stands, in its last sound version. */
  readonly lastSound: ReadonlyMap<string, readonly SharedObject[]>;
}

export interface FolderReadings {
  readonly files: readonly FileReading[];
  readonly known: KnownReadings;
}

export interface FileReading {
  readonly file: string;
  readonly reading: RuleFileReading;
  /** From `before`. */
  readonly isTakenOver: boolean;
}

/** Parsed texts take some fifty times their size; beyond this many characters they are parsed twice instead of kept. */
const MAX_PARSED_CHARACTERS = 2_000_000;

/** Of two objects with one name the one of the earlier text counts. */
export function readFolder(
  texts: readonly RuleText[],
  settings: RuleSettings,
  before: KnownReadings | undefined,
): FolderReadings {
  const known = new Map<string, KnownReading>();
  const waiting: Waiting[] = [];
  let parsedCharacters = 0;
  for (const source of texts) {
    const last = before?.byKey.get(source.key);
    if (last !== undefined) {
      waiting.push({ source, last, shared: last.shared });
      continue;
    }
    const parsed = parseRuleFile(source, settings);
    const lastSound = before?.lastSound.get(source.file) ?? [];
    if (!parsed.isLinked && lastSound.length === 0) {
      known.set(source.key, readAnew(parsed, parsed.shared, settings, NOTHING_SHARED));
      continue;
    }
    parsedCharacters += source.text.length;
    const isKept = parsedCharacters <= MAX_PARSED_CHARACTERS;
    const isReadable = parsed.problems.every(({ severity }) => severity !== "error");
    const shared = inForce(parsed.shared, isReadable, lastSound);
    waiting.push({ source, shared, ...(isKept ? { parsed } : {}) });
  }
  const catalogue = new Catalogue(waiting.flatMap(({ shared }) => shared));
  for (const { source, last, shared, parsed } of waiting) {
    const isSame = last !== undefined && catalogue.answersAsBefore(last.lookups);
    const next = isSame
      ? last
      : readAnew(parsed ?? parseRuleFile(source, settings), shared, settings, catalogue);
    known.set(source.key, next);
  }
  const files = texts.flatMap(({ file, key }): FileReading[] => {
    const reading = known.get(key)?.reading;
    const isTakenOver = reading === before?.byKey.get(key)?.reading;
    return reading === undefined ? [] : [{ file, reading, isTakenOver }];
  });
  return { known: { byKey: known, lastSound: soundOf(waiting) }, files };
}

/** A text that may refer to what others share, or whose last reading is known. */
interface Waiting {
  readonly source: RuleText;
  readonly last?: KnownReading;
  readonly shared: readonly SharedObject[];
  readonly parsed?: ParsedRuleFile;
}

function soundOf(waiting: readonly Waiting[]): KnownReadings["lastSound"] {
  const sound = waiting.map(
    ({ source, shared }) =>
      [source.file, shared.filter(({ isSound }) => isSound === true)] as const,
  );
  return new Map(sound.filter(([, shared]) => shared.length > 0));
}

const NOTHING_SHARED = new Catalogue([]);

function readAnew(
  parsed: ParsedRuleFile,
  shared: readonly SharedObject[],
  settings: RuleSettings,
  catalogue: Catalogue,
): KnownReading {
  const references = new References(catalogue);
  const reading = readParsedFile(parsed, settings, references);
  return { reading, shared, lookups: references.lookups };
}
