/** What an edit changes of an SLO, field by field, as people read it. */
import {
  absentText,
  exclusionLine,
  formatDuration,
  indicatorText,
  latencyText,
  sharePercent,
  windowText,
  type AlertPolicy,
  type Budgeting,
  type Exclusion,
  type Slo,
  type SloWindow,
} from "../slo/index.ts";

export interface FieldChange {
  /** `objective`, `labels.tier`, `annotations.note`. */
  readonly field: string;
  /** `undefined`: it was not there. */
  readonly before: string | undefined;
  /** `undefined`: it is there no more. */
  readonly after: string | undefined;
}

/** Where an SLO stands, under which name, and where its counts come from is not what it says. */
const NO_FIELDS: ReadonlySet<string> = new Set(
  "id service name source retiredAt rebuiltFrom pendingFor".split(" "),
);
/** Each entry is a field of its own. */
const MAPS: ReadonlySet<string> = new Set(["labels", "annotations"]);

/** In the order of the model; empty when both say the same. */
export function fieldChanges(before: Slo, after: Slo): readonly FieldChange[] {
  const was = new Map<string, unknown>(Object.entries(before));
  const is = new Map<string, unknown>(Object.entries(after));
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((field): readonly FieldChange[] => {
    const [old, now] = [was.get(field), is.get(field)];
    if (NO_FIELDS.has(field) || said(field, old) === said(field, now)) return [];
    if (MAPS.has(field)) return entryChanges(field, old, now);
    const text = (slo: Slo, value: unknown) =>
      value === undefined ? undefined : fieldText(slo, field, value);
    return [{ field, before: text(before, old), after: text(after, now) }];
  });
}

function entryChanges(field: string, before: unknown, after: unknown): readonly FieldChange[] {
  const was = new Map(Object.entries((before ?? {}) as Readonly<Record<string, string>>)); // labels, annotations
  const is = new Map(Object.entries((after ?? {}) as Readonly<Record<string, string>>));
  return [...new Set([...was.keys(), ...is.keys()])].toSorted().flatMap((name) => {
    const change = { field: `${field}.${name}`, before: was.get(name), after: is.get(name) };
    return change.before === change.after ? [] : [change];
  });
}

function fieldText(slo: Slo, field: string, value: unknown): string {
  switch (field) {
    case "objective":
      return slo.objective.text;
    case "window":
      return wholeWindowText(slo.window);
    case "indicator":
      return indicatorText(slo.indicator, latencyText);
    case "budgeting":
      return budgetingText(slo.budgeting);
    case "alerts":
      return policyText(slo.alerts);
    case "absent":
      return slo.absent === undefined ? "none" : absentText(slo.absent);
    case "per":
      return slo.per.length === 0 ? "no groups" : slo.per.join(", ");
    case "exclusions":
      return (slo.exclusions ?? []).map(exclusionLine).join("; ");
    default:
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}

const wholeWindowText = (window: SloWindow): string =>
  window.kind === "rolling"
    ? windowText(window)
    : `calendar ${windowText(window)}, ${window.timeZone}, from ${window.anchor}`;

function budgetingText(budgeting: Budgeting): string {
  if (budgeting.kind === "occurrences") return "events";
  const slices = `slices of ${formatDuration(budgeting.widthMs)}`;
  return budgeting.kind === "timeslices"
    ? `${slices}, good from ${sharePercent(budgeting.targetPpb)} on`
    : `${slices}, as good as their events`;
}

/** Everything that decides when it fires: `page > 14.4 over 1h/5m`. */
function policyText({ name, tiers, noDataHoldMs }: AlertPolicy): string {
  const parts = tiers.map((tier) => {
    const lookbacks = `${formatDuration(tier.longMs)}/${formatDuration(tier.shortMs)}`;
    const more = [
      ...(tier.forMs > 0 ? [`for ${formatDuration(tier.forMs)}`] : []),
      ...(tier.keepFiringForMs > 0
        ? [`keep firing for ${formatDuration(tier.keepFiringForMs)}`]
        : []),
      ...(tier.minBadEvents > 0 ? [`at least ${tier.minBadEvents} bad`] : []),
      ...(tier.significance < 1 ? [`chance at most ${tier.significance}`] : []),
    ];
    const when = `${tier.severity} > ${tier.factorMilli / 1000} over ${lookbacks}`;
    return more.length === 0 ? when : `${when} (${more.join(", ")})`;
  });
  const hold =
    noDataHoldMs === undefined ? [] : [`held through ${formatDuration(noDataHoldMs)} of silence`];
  return `${name}: ${[...(parts.length === 0 ? ["no alerts"] : parts), ...hold].join("; ")}`;
}

/** A folder may be called otherwise here than by the server: where exclusions stand is not what they say. */
const said = (field: string, value: unknown): string =>
  field === "exclusions"
    ? canonical(((value ?? []) as readonly Exclusion[]).map(({ source: _source, ...what }) => what))
    : canonical(value);

/** JSON whose text does not depend on the order of fields. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ""
  );
}
