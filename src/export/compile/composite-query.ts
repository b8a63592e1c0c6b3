/**
 * An SLO made of others over a range, in PromQL: of the error ratios that are recorded of its members. Those without events
 * are no number there, or none at all, and left out.
 */
import { isComposite, rollingWindow, type CompositeSlo, type Slo } from "../../slo/index.ts";
import { NotCompilable } from "./not-compilable.ts";
import { recordedSpans, slothFilter } from "./sloth-names.ts";

/** The SLOs, of which members are recorded over what the rules of their composites read as well. */
export function withReadSpans(slos: readonly Slo[]): readonly Slo[] {
  const spans = new Map<string, number[]>();
  const readers = slos
    .filter(isComposite)
    .filter(({ budgeting }) => budgeting.kind === "occurrences");
  for (const slo of readers)
    for (const { sloId } of slo.indicator.members)
      spans.set(sloId, [...(spans.get(sloId) ?? []), ...recordedSpans(slo)]);
  return slos.map((slo) => {
    const read = spans.get(slo.id);
    return read === undefined ? slo : { ...slo, readOver: [...new Set(read)].map(rollingWindow) };
  });
}

/** By range (`5m`). `compiled`: SLOs by id that are recorded. Throws `NotCompilable` when a member is not, or only by groups. */
export function compositeRatio(
  { indicator: { rule, members } }: CompositeSlo,
  compiled: ReadonlyMap<string, Slo>,
): (range: string) => string {
  if (rule === "all")
    throw new NotCompilable(
      "slices of time in which all hold would take a subquery over the whole window at each evaluation",
      "use weighted or worstOf, or let slowburn compute it",
    );
  const recorded = members.map(({ sloId, weight }) => ({
    filter: slothFilter(recordedMember(sloId, compiled)),
    weight,
  }));
  const over = (range: string, valueOf: (series: string, weight: number) => string): string =>
    recorded
      .map(({ filter, weight }) => valueOf(`slo:sli_error:ratio_rate${range}${filter}`, weight))
      .join("\nor\n");
  // A comparison keeps what is on its left, and drops what is no number.
  if (rule === "worst") return (range) => `max(\n${over(range, (series) => `${series} >= 0`)}\n)\n`;
  return (range) =>
    `sum(\n${over(range, (series, weight) => `${weight} * ${series} >= 0`)}\n)\n/\n` +
    `sum(\n${over(range, (series, weight) => `${weight} + 0 * ${series} > 0`)}\n)\n`;
}

function recordedMember(sloId: string, compiled: ReadonlyMap<string, Slo>): Slo {
  const member = compiled.get(sloId);
  if (member === undefined)
    throw new NotCompilable(
      `its member ${sloId} has no rules here`,
      "compile all of its members with it, or let slowburn compute it",
    );
  if (member.per.length === 0) return member;
  throw new NotCompilable(
    `its member ${sloId} is recorded by ${member.per.join(", ")} alone, not as a whole`,
    "make it of members without groups, or let slowburn compute it",
  );
}
