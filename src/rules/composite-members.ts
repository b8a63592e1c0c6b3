/**
 * SLOs made of others, once all files are read: are the members there, and can each be read over what its composites ask?
 * A fault between two files is the newer one's: what ran before goes on.
 */
import {
  isComposite,
  sloProblem,
  windowText,
  type CalendarWindow,
  type CompositeSlo,
  type Problem,
  type Slo,
} from "../slo/index.ts";
import { isBroken, isSameVersion, running, type Candidate } from "./candidate.ts";
import { MemberHints } from "./member-hints.ts";
import { placeOfMember } from "./member-places.ts";
import type { RuleProblemCode } from "./problem-codes.ts";

/** An SLO that runs, and the file it runs from. */
interface Held<S extends Slo = Slo> {
  readonly slo: S;
  readonly candidate: Candidate;
}
type HeldComposite = Held<CompositeSlo>;
type ById = ReadonlyMap<string, Held>;

/** What is wrong with a member of a composite. */
interface Fault {
  readonly code: RuleProblemCode;
  readonly composite: HeldComposite;
  readonly memberIndex: number;
  /** The SLO it would not be wrong without, where there is one. */
  readonly other?: Held;
  readonly message: string;
  readonly hint: string;
}

/** True when a file was found broken, so that its last good version counts in the next round. */
export function refuseComposites(candidates: readonly Candidate[]): boolean {
  const held = candidates.flatMap((candidate) =>
    running(candidate).map((slo) => ({ candidate, slo })),
  );
  const composites = held.filter(isHeldComposite);
  if (composites.length === 0) return false;
  const byId: ById = new Map(held.map((each) => [each.slo.id, each]));
  const hints = new MemberHints(held, candidates);
  const faults = [
    ...composites.flatMap((composite) => memberFaults(composite, byId, hints)),
    ...calendarFaults(composites, byId),
  ];
  const blamed = faults.flatMap((fault) => {
    const guilty = guiltyOf(fault);
    return guilty === undefined ? [] : [{ fault, guilty }];
  });
  for (const { fault, guilty } of blamed) tell(guilty.candidate, problemOf(fault, guilty));
  return blamed.length > 0;
}

/** Members that are nowhere, of files that are broken anyway: all that is wrong with a file is told at once. */
export function reportBroken(candidates: readonly Candidate[]): void {
  const sound = candidates.flatMap((candidate) =>
    running(candidate).map((slo) => ({ candidate, slo })),
  );
  const hints = new MemberHints(sound, candidates);
  for (const candidate of candidates) {
    const { reading, conflicts } = candidate;
    if (!isBroken(candidate) || conflicts.length > 0) continue;
    const own = reading.slos.map((slo) => ({ candidate, slo }));
    const composites = own.filter(isHeldComposite);
    if (composites.length === 0) continue;
    const byId: ById = new Map([...sound, ...own].map((held) => [held.slo.id, held]));
    const faults = composites
      .flatMap((held) => memberFaults(held, byId, hints))
      .filter((fault) => !isOfFile(fault)); // which may have it, not sound
    for (const fault of faults) tell(candidate, problemOf(fault, fault.composite));
  }
}

function isOfFile({ code, composite, memberIndex }: Fault): boolean {
  const { service, indicator } = composite.slo;
  const sloId = indicator.members[memberIndex]?.sloId ?? "";
  return code === "unknown-member" && sloId.startsWith(`${service}/`);
}

/** Of SLOs that are to be counted by themselves: composites whose members are not among them. */
export const lostMembers = (slos: readonly Slo[]): readonly Problem[] => {
  const ids = new Set(slos.map(({ id }) => id));
  return slos.filter(isComposite).flatMap((slo) =>
    slo.indicator.members.flatMap(({ sloId }, memberIndex): Problem[] => {
      if (ids.has(sloId)) return [];
      const message = `${sloId} is not among the rules that are read`;
      const hint = "name its file too, or the folder";
      return [memberProblem(slo, memberIndex, { code: "unknown-member", message, hint })];
    }),
  );
};

/** Beyond so many the rest of a file is left out: mending these tells of others. */
const MAX_TOLD = 100;

function tell({ conflicts }: Candidate, problem: Problem): void {
  if (conflicts.length < MAX_TOLD) conflicts.push(problem);
}

const isHeldComposite = (held: Held): held is HeldComposite => isComposite(held.slo);

/** The file that changed, or else the composite's; none where both are last good versions, which ran like that before. */
function guiltyOf({ composite, other }: Fault): Held | undefined {
  const sides = other === undefined ? [composite] : [composite, other];
  const sound = sides.filter(({ candidate }) => !isBroken(candidate));
  return sound.find(({ candidate }) => !isSameVersion(candidate)) ?? sound[0];
}

function memberFaults(composite: HeldComposite, byId: ById, hints: MemberHints): readonly Fault[] {
  const { id, indicator } = composite.slo;
  return indicator.members.flatMap(({ sloId }, memberIndex): Fault[] => {
    const other = byId.get(sloId);
    const at = { composite, memberIndex };
    if (sloId === id) {
      const message = `${sloId} is made of itself`;
      return [{ ...at, code: "invalid-member", message, hint: "remove it" }];
    }
    if (other === undefined) {
      const message = `no file has an SLO ${sloId}`;
      return [
        { ...at, code: "unknown-member", message, hint: hints.of(sloId, composite.candidate) },
      ];
    }
    if (!isHeldComposite(other)) return [];
    const names = other.slo.indicator.members.map((member) => member.sloId).join(", ");
    const message = `${sloId} is made of others itself`;
    return [
      { ...at, other, code: "invalid-member", message, hint: `name its members instead: ${names}` },
    ];
  });
}

/** An SLO is counted over one calendar at most: its own, or one that all calendar composites over it share. */
function calendarFaults(composites: readonly HeldComposite[], byId: ById): readonly Fault[] {
  const readers = new Map<string, { composite: HeldComposite; memberIndex: number }[]>();
  for (const composite of composites) {
    if (composite.slo.window.kind !== "calendar") continue;
    composite.slo.indicator.members.forEach(({ sloId }, memberIndex) => {
      const known = readers.get(sloId);
      if (known === undefined) readers.set(sloId, [{ composite, memberIndex }]);
      else known.push({ composite, memberIndex });
    });
  }
  return [...readers].flatMap(([sloId, reading]) => {
    const member = byId.get(sloId);
    const settled = reading.toSorted((a, b) => rankOf(a.composite) - rankOf(b.composite));
    const first = member?.slo.window.kind === "calendar" ? member : settled[0]?.composite;
    return settled.flatMap((each): Fault[] => {
      const { window } = each.composite.slo;
      if (first === undefined || calendarText(window) === calendarText(first.slo.window)) return [];
      const isOwn = first === member;
      const over = isOwn ? "has that window itself" : `is a member of ${first.slo.id}, over it`;
      const message = `${sloId} is read over ${calendarText(first.slo.window)}, since it ${over}: it cannot be over ${calendarText(window)} as well`;
      const hint = "give both the same calendar, or one of them a rolling window";
      return [{ ...each, other: first, code: "composite-window", message, hint }];
    });
  });
}

/** What cannot give way comes first, then what ran before. */
const rankOf = ({ candidate }: Held): number =>
  isBroken(candidate) ? 0 : isSameVersion(candidate) ? 1 : 2;

/** The same for windows that begin and end together. */
function calendarText(window: Slo["window"]): string {
  if (window.kind === "rolling") return "";
  const { timeZone, anchor }: CalendarWindow = window;
  return `${windowText(window)} in ${timeZone} from ${anchor}`;
}

function problemOf({ composite, memberIndex, code, message, hint }: Fault, guilty: Held): Problem {
  if (guilty === composite)
    return memberProblem(composite.slo, memberIndex, { code, message, hint });
  const text = `as a member of ${whereIs(composite.slo)}: ${message}`;
  return sloProblem(guilty.slo, { code, severity: "error", message: text, hint });
}

const whereIs = ({ id, source }: Slo): string => `${id} (${source.file}:${source.line})`;

function memberProblem(
  slo: CompositeSlo,
  memberIndex: number,
  { code, message, hint }: Pick<Fault, "code" | "message" | "hint">,
): Problem {
  const { source, name, indicator } = slo;
  const place = placeOfMember(indicator, memberIndex) ?? { line: source.line, column: 1 };
  const isElsewhere = place.file !== undefined && place.file !== source.file;
  const text = isElsewhere ? `${message}, as ${whereIs(slo)} uses it` : message;
  const path = `slos.${name}.sli`;
  return { code, severity: "error", message: text, hint, file: source.file, ...place, path };
}
