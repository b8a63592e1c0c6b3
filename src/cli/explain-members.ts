/** `slowburn explain` of an SLO made of others: what each member can do to it, the others being well. */
import type { OutageForesight } from "../alerts/index.ts";
import {
  budgetRatio,
  formatDuration,
  holdsFromPpb,
  lookbacksOf,
  percentText,
  sharePercent,
  type CompositeRule,
  type CompositeSlo,
  type Slo,
  type Tier,
} from "../slo/index.ts";
import { foresee, wholeSpan } from "./outage-words.ts";
import { renderTable, type Cell } from "./table.ts";

/** All events of one member are bad, and none of the others'. */
export interface MemberOutage {
  readonly sloId: string;
  /** As its own rules have it; absent where they were not read. */
  readonly objective?: string;
  /** Share of a slice's events from which it holds there, of those that judge slices. */
  readonly sliceTarget?: string;
  /** What the whole comes to. */
  readonly errorRatio: number;
  readonly burnRate: number;
  readonly tiers: readonly (OutageForesight & Tier)[];
}

/** `slos`: what was read, the members among them where they were. */
export function memberOutages(slo: CompositeSlo, slos: readonly Slo[]): readonly MemberOutage[] {
  const { rule, members } = slo.indicator;
  const sum = members.reduce((all, { weight }) => all + weight, 0);
  return members.map(({ sloId, weight }) => {
    const member = slos.find(({ id }) => id === sloId);
    const errorRatio = rule === "weighted" ? weight / sum : 1;
    return {
      sloId,
      ...(member === undefined ? {} : { objective: member.objective.text }),
      ...(member === undefined || rule !== "all"
        ? {}
        : { sliceTarget: sharePercent(holdsFromPpb(member)) }),
      errorRatio,
      burnRate: errorRatio / budgetRatio(slo.objective),
      tiers: slo.alerts.tiers.map((tier) => ({
        ...tier,
        ...foresee(slo, tier, errorRatio, undefined),
      })),
    };
  });
}

const WHAT: Readonly<Record<CompositeRule, string>> = {
  weighted:
    "When one member is down and the others are well, the whole burns at that member's share:",
  worst: "When one member is down, the whole is, whatever the others do:",
  all: "When one member is down, no slice is good, whatever the others do:",
};

/** Ends in a newline. */
export function membersText(slo: CompositeSlo, slos: readonly Slo[]): string {
  const { rule } = slo.indicator;
  const columns = [
    { title: "MEMBER", align: "left" },
    { title: "OBJECTIVE", align: "right" },
    ...(rule === "all" ? [{ title: "HOLDS FROM", align: "right" } as const] : []),
    { title: "ERROR RATIO", align: "right" },
    { title: "BURN RATE", align: "right" },
    { title: "FIRST PAGE", align: "left" },
    { title: "FIRST TICKET", align: "left" },
  ] as const;
  const rows = memberOutages(slo, slos).map((member): readonly Cell[] => {
    const { sloId, objective = "-", sliceTarget = "-", errorRatio, burnRate, tiers } = member;
    const texts = [
      sloId,
      objective,
      ...(rule === "all" ? [sliceTarget] : []),
      percentText(errorRatio),
      String(Number(burnRate.toPrecision(3))),
      firstText(tiers.filter(({ severity }) => severity === "page")),
      firstText(tiers.filter(({ severity }) => severity === "ticket")),
    ];
    return texts.map((text) => ({ text }));
  });
  return `${WHAT[rule]}\n\n${renderTable(columns, rows)}`;
}

/** `8m38s (1h/5m), 2% spent`. */
function firstText(tiers: MemberOutage["tiers"]): string {
  const fires = tiers.filter((tier) => tier.kind === "fires");
  const [first] = fires.toSorted((a, b) => a.afterMs - b.afterMs);
  if (first === undefined) return tiers.length === 0 ? "none" : "never: burns too slowly";
  const lookbacks = lookbacksOf(first).map(formatDuration).join("/");
  return `${wholeSpan(first.afterMs)} (${lookbacks}), ${percentText(first.budgetSpent)} spent`;
}
