/** SLOs made of others that load, and are seldom meant: of members that were read beside them. */
import {
  budgetRatio,
  isComposite,
  WHOLE_PPB,
  type CompositeSlo,
  type Problem,
  type Slo,
} from "../slo/index.ts";
import { sloWarning } from "./slo-warning.ts";

/** In the order of the SLOs. */
export function lintComposites(slos: readonly Slo[]): readonly Problem[] {
  const byId = new Map(slos.map((slo) => [slo.id, slo]));
  return slos
    .filter(isComposite)
    .flatMap((slo) => [...lightMembers(slo), ...highObjective(slo, byId)]);
}

/** Of a weighted mean: members that may be down for the whole window, and nobody is told. */
function lightMembers(slo: CompositeSlo): readonly Problem[] {
  const { rule, members } = slo.indicator;
  if (rule !== "weighted") return [];
  const sum = members.reduce((all, { weight }) => all + weight, 0);
  const budget = budgetRatio(slo.objective);
  const light = members.filter(({ weight }) => weight / sum <= budget);
  if (light.length === 0) return [];
  const names = light.map(({ sloId, weight }) => `${sloId} (${shareText(weight / sum)})`);
  const message = `${names.join(", ")} could be down all the time without missing ${slo.objective.text}`;
  const hint = "give it more weight, or use worstOf or allOf, where every member counts";
  return [sloWarning("light-member", slo, message, hint)];
}

/** An objective that is missed although every member meets its own. */
function highObjective(slo: CompositeSlo, byId: ReadonlyMap<string, Slo>): readonly Problem[] {
  const promised = promisedPpb(slo, byId);
  // One part more: what OpenSLO's are given is to the nearest one.
  if (promised === undefined || slo.objective.goodPpb <= promised.ppb + 1) return [];
  const together = promisedPercent(promised.ppb);
  const message = `${slo.objective.text} is more than its members promise: ${promised.how}, ${together}`;
  const hint = `write ${together}, or less; or raise the objectives of its members`;
  return [sloWarning("composite-objective", slo, message, hint)];
}

interface Promised {
  readonly ppb: number;
  readonly how: string;
}

/** What is left when each member just meets its objective; `undefined` when too few of them are known to say. */
function promisedPpb(
  { indicator: { rule, members } }: CompositeSlo,
  byId: ReadonlyMap<string, Slo>,
): Promised | undefined {
  const known = members.flatMap(({ sloId, weight }) => {
    const member = byId.get(sloId);
    return member === undefined ? [] : [{ weight, goodPpb: member.objective.goodPpb }];
  });
  if (known.length === 0) return undefined;
  switch (rule) {
    case "weighted": {
      if (known.length < members.length) return undefined;
      const sum = known.reduce((all, { weight }) => all + weight, 0);
      const good = known.reduce((all, { weight, goodPpb }) => all + weight * goodPpb, 0);
      return { ppb: good / sum, how: "the mean of their objectives by weight" };
    }
    // Those that are not known can only make it less.
    case "worst":
      return {
        ppb: Math.min(...known.map(({ goodPpb }) => goodPpb)),
        how: "the least of their objectives",
      };
    case "all":
      return {
        ppb: known.reduce((left, { goodPpb }) => (left * goodPpb) / WHOLE_PPB, WHOLE_PPB),
        how: "their objectives multiplied, as outages at different times come to",
      };
  }
}

/** Rounded down: what is written is promised. */
const promisedPercent = (ppb: number): string =>
  `${Number((Math.floor(ppb / 100) / 1e5).toFixed(5))}%`;
const shareText = (share: number): string => `${Number((share * 100).toPrecision(2))}% of the mean`;
