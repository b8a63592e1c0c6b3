/**
 * Objectives with indicators or weights of their own → the SLO that is made of them (OpenSLO README, "Notes (Composite SLO)").
 * What that leaves open, and what was chosen: README.md.
 */
import {
  formatDuration,
  OCCURRENCES,
  parseObjective,
  ppb,
  sliceKindOf,
  WHOLE_PPB,
  type Budgeting,
  type CompositeIndicator,
  type Objective,
  type Slo,
} from "../../slo/index.ts";
import { placeMembers } from "../member-places.ts";
import {
  explainObjective,
  explainWeight,
  fieldIn,
  report,
  weightSchema,
  type Field,
} from "../native/index.ts";
import type { Alerts } from "./alerts.ts";
import { OBJECTIVE_ANNOTATION, type Metadata } from "./metadata.ts";
import type { ObjectivePart } from "./objective.ts";
import { readAlerting, readAnnotated, readOwnLabels, sloOf, type SloParts } from "./slo-fields.ts";

const FIELDS = ["indicator", "indicatorRef", "sli", "sliRef", "compositeWeight"];

/** Whether the SLO is made of its objectives, not judged by each of them. */
export const isMadeOf = (objectives: readonly ObjectivePart[]): boolean =>
  objectives.length > 1 && objectives.some(({ said }) => FIELDS.some((name) => said.has(name)));

/** Of the objectives: the SLO that is made of them alerts. */
export const SILENT: Alerts = { policy: { name: "none", tiers: [] } };

interface ObjectPlace {
  readonly root: Field;
  /** It was found in the file up to the object: with more of them something of it is not sound. */
  readonly errorsBefore: number;
}

/** `members`: the objectives as SLOs. `undefined` when it is not sound (reported), or a member is in another system. */
export function compositeOf(
  parts: SloParts,
  objectives: readonly ObjectivePart[],
  members: readonly (Slo | undefined)[],
  { root, errorsBefore }: ObjectPlace,
): Slo | undefined {
  const { metadata, service, window } = parts;
  const weights = objectives.map(readWeight);
  const sound = members.filter((member) => member !== undefined);
  if (window === undefined || root.findings.errorCount > errorsBefore) return undefined;
  if (sound.length < members.length) return withoutMember(parts, members.length - sound.length);
  const budgeting = budgetingOf(sound, objectives);
  if (budgeting === undefined) return undefined;
  const isJoint = budgeting.kind === "timeslices";
  if (isJoint) objectives.forEach(warnOfWeight);
  const counted = isJoint ? sound.map(() => 1) : weights;
  const objective = readComposed(metadata) ?? leftOf(sound, counted, isJoint);
  const indicator: CompositeIndicator = {
    kind: "composite",
    rule: isJoint ? "all" : "weighted",
    members: sound.map(({ id }, index) => ({ sloId: id, weight: counted[index] ?? 1 })),
  };
  placeMembers(
    indicator,
    objectives.map(({ field }) => field.document.placeOf(field.path)),
  );
  const alerts = readAlerting(parts, objective.budgetPpb, budgeting);
  const owner = { id: `${service}/${metadata.name}`, service, per: [] };
  const [first] = sound;
  const extra = readAnnotated(parts, first ?? { budgeting, indicator }, owner); // as the objectives read it
  if (alerts === undefined) return undefined;
  const {
    per: _per,
    groupLimit: _limit,
    exclusions: _excluded,
    noData = "ignore",
    ...kept
  } = extra;
  return sloOf(parts, window, {
    name: metadata.name,
    field: { ...root, path: [] },
    objective,
    indicator,
    budgeting,
    per: [],
    alerts,
    extra: isJoint ? { ...kept, noData } : kept,
    description: undefined,
    displayName: undefined,
    ...readOwnLabels(metadata, {}),
  });
}

function readWeight({ shape, field }: ObjectivePart): number {
  const { compositeWeight = 1 } = shape;
  if (!weightSchema.safeParse(compositeWeight).success)
    report(fieldIn(field, "compositeWeight"), explainWeight(compositeWeight));
  return compositeWeight;
}

/** What the objectives' own method counts: slices in which each of them holds, or what their events or slices come to. */
function budgetingOf(
  members: readonly Slo[],
  objectives: readonly ObjectivePart[],
): Budgeting | undefined {
  const [first] = members;
  if (first?.budgeting.kind !== "timeslices") return OCCURRENCES;
  const { widthMs } = first.budgeting;
  const other = members.findIndex(({ budgeting }) => sliceKindOf(budgeting)?.widthMs !== widthMs);
  const odd = objectives[other];
  if (odd === undefined) return { kind: "timeslices", widthMs, targetPpb: ppb(WHOLE_PPB) };
  const message = "objectives that make one SLO have slices of one width";
  const hint = `write ${formatDuration(widthMs)}, as the first one has`;
  report(fieldIn(odd.field, "timeSliceWindow"), { code: "invalid-slice", message, hint });
  return undefined;
}

function warnOfWeight({ shape, field }: ObjectivePart): void {
  if ((shape.compositeWeight ?? 1) === 1) return;
  const { document, path, findings } = fieldIn(field, "compositeWeight");
  const message = "a slice is bad when it is for any of the objectives, whatever they weigh";
  findings.add("not-applied", document, path, message, { severity: "warning", at: "key" });
}

/** An SLO of fewer objectives than the file has would be another one. */
function withoutMember({ metadata }: SloParts, count: number): undefined {
  const { document, path, findings } = fieldIn(metadata.field, "name");
  const message = `${count === 1 ? "an objective does" : `${count} objectives do`} not run here, so the SLO that is made of them does not either, and nothing alerts`;
  findings.add("unsupported-source", document, path, message, { severity: "warning" });
}

/**
 * What is left when each target is just met, to the nearest part per billion: the mean by weight, or, of slices, the product,
 * as outages at different times come to.
 */
function leftOf(members: readonly Slo[], weights: readonly number[], isJoint: boolean): Objective {
  const targets = members.map(({ objective }) => objective.goodPpb);
  const good = isJoint
    ? targets.reduce((left, target) => (left * target) / WHOLE_PPB, WHOLE_PPB)
    : sumOf(targets.map((target, index) => target * (weights[index] ?? 0))) / sumOf(weights);
  const goodPpb = Math.min(WHOLE_PPB - 1, Math.round(good));
  const text = `${Number((goodPpb / PPB_PER_PERCENT).toFixed(7))}%`;
  return { text, goodPpb: ppb(goodPpb), budgetPpb: ppb(WHOLE_PPB - goodPpb) };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

const PPB_PER_PERCENT = WHOLE_PPB / 100;

/** What the annotation says; `undefined` when there is none, or it is none (reported). */
function readComposed({ annotations, field }: Metadata): Objective | undefined {
  const text = annotations[OBJECTIVE_ANNOTATION];
  if (text === undefined) return undefined;
  const objective = parseObjective(text);
  if (objective === undefined)
    report(fieldIn(field, "annotations", OBJECTIVE_ANNOTATION), explainObjective(text));
  return objective;
}

/** Of an SLO that is not made of its objectives: what only says something of one that is. */
export function warnOfComposition(
  { annotations, field }: Metadata,
  objectives: readonly ObjectivePart[],
): void {
  const warn = ({ document, path, findings }: Field, message: string) =>
    findings.add("not-applied", document, path, message, { severity: "warning", at: "key" });
  if (Object.hasOwn(annotations, OBJECTIVE_ANNOTATION))
    warn(
      fieldIn(field, "annotations", OBJECTIVE_ANNOTATION),
      "the SLO is not made of its objectives: each of them has a target",
    );
  for (const { said, field: objective } of objectives)
    if (said.has("compositeWeight"))
      warn(fieldIn(objective, "compositeWeight"), "a single objective weighs nothing");
}

/** Of a native SLI over other SLOs: whether the SLO counts what its rule says. Reported where it does not. */
export function countsMembers(
  { field }: SloParts,
  { rule }: CompositeIndicator,
  budgeting: Budgeting,
): boolean {
  const isJoint = budgeting.kind === "timeslices" && budgeting.targetPpb === WHOLE_PPB;
  if (rule === "all" ? isJoint : budgeting.kind === "occurrences") return true;
  const [message, hint] =
    rule === "all"
      ? [
          "`allOf` counts slices of time in which every member holds",
          "write budgetingMethod: Timeslices, with timeSliceTarget: 1",
        ]
      : [
          "`weighted` and `worstOf` count no slices of time of their own",
          "write budgetingMethod: Occurrences",
        ];
  report(fieldIn(field, "budgetingMethod"), { code: "composite-field", message, hint });
  return false;
}
