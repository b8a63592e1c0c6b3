/** What is counted beside the SLOs that rules hold so that composites can be made of their members. */
import {
  holdsFromPpb,
  isComposite,
  sliceKindOf,
  windowsOf,
  type Budgeting,
  type CompositeSlo,
  type Ppb,
  type Slo,
  type SloWindow,
} from "../slo/index.ts";

/** No SLO of a file has a space in its id. */
const partId = (composite: Slo, member: Slo): string => `${composite.id} (${member.id})`;

/**
 * The SLOs, of which members are read over the windows of their composites too (`readOver`), and, where a composite judges
 * slices of time that a member does not count itself, that member once more by those slices (`partOf`). Pure.
 */
export function linkComposites(slos: readonly Slo[]): readonly Slo[] {
  const composites = slos.filter(isComposite);
  if (composites.length === 0) return slos;
  const byId = new Map(slos.map((slo) => [slo.id, slo]));
  const readOver = new Map<string, SloWindow[]>();
  const parts: Slo[] = [];
  for (const composite of composites) {
    for (const { sloId } of composite.indicator.members) {
      const member = byId.get(sloId);
      if (member === undefined) continue;
      if (needsPart(composite, member)) parts.push(partOf(composite, member));
      else readOver.set(sloId, [...(readOver.get(sloId) ?? []), ...windowsOf(composite)]);
    }
  }
  const linked = slos.map((slo): Slo => {
    const windows = readOver.get(slo.pendingFor ?? slo.id);
    return windows === undefined ? slo : { ...slo, readOver: distinct(windows) };
  });
  return [...linked, ...parts];
}

/** Which SLO a composite reads a member from. */
export const memberSource = (composite: CompositeSlo, member: Slo): string =>
  needsPart(composite, member) ? partId(composite, member) : member.id;

function needsPart(composite: CompositeSlo, { budgeting, noData, per }: Slo): boolean {
  const slices = sliceKindOf(composite.budgeting);
  if (slices === undefined) return false;
  const isSame = budgeting.kind === slices.kind && budgeting.widthMs === slices.widthMs;
  return !isSame || noData !== composite.noData || per.length > 0;
}

/** All groups together, in the composite's slices, each judged by the member's own objective. */
function partOf(composite: CompositeSlo, member: Slo): Slo {
  const { absent: _, rebuiltFrom: __, retiredAt: ___, ...counted } = member;
  const { window, alerts, budgeting, noData } = composite;
  return {
    ...counted,
    id: partId(composite, member),
    partOf: composite.id,
    window,
    alerts,
    budgeting: withTarget(budgeting, holdsFromPpb(member)),
    noData,
    per: [],
  };
}

const withTarget = (budgeting: Budgeting, targetPpb: Ppb): Budgeting =>
  budgeting.kind === "timeslices" ? { ...budgeting, targetPpb } : budgeting;

function distinct(windows: readonly SloWindow[]): readonly SloWindow[] {
  const byText = new Map(windows.map((window) => [JSON.stringify(window), window]));
  return [...byText.values()].sort((a, b) => a.lengthMs - b.lengthMs);
}
