/** `sli: { weighted | worstOf | allOf }` → an indicator made of other SLOs. Whether those are there is found out later. */
import {
  OCCURRENCES,
  parseDuration,
  ppb,
  WHOLE_PPB,
  type Budgeting,
  type CompositeIndicator,
  type CompositeMember,
  type CompositeRule,
} from "../../slo/index.ts";
import { placeMembers } from "../member-places.ts";
import { nearestName } from "../nearest-name.ts";
import { checkSliceWidth, type SliceContext } from "./budgeting.ts";
import {
  compositeSchemas,
  explainWeight,
  LEAST_MEMBERS,
  MEMBER,
  MOST_MEMBERS,
  weightSchema,
  type CompositeForm,
} from "./composite-schema.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

/** What members are named beside, and slices judged against; `undefined` where the SLO has its own field for slices. */
export interface CompositeContext {
  /** Members without a service are of this one. */
  readonly service: string;
  readonly slices: SliceContext | undefined;
}

export interface CompositeReading {
  readonly indicator: CompositeIndicator;
  /** What the rule counts; `undefined` where the SLO has its own field for that. */
  readonly budgeting?: Budgeting;
}

const RULES: Readonly<Record<CompositeForm, CompositeRule>> = {
  weighted: "weighted",
  worstOf: "worst",
  allOf: "all",
};
const FORMS = Object.keys(RULES) as readonly CompositeForm[]; // its own keys
export const isCompositeForm = (name: string): name is CompositeForm => Object.hasOwn(RULES, name);

/** Whether `sli:` is meant to be one, sound or not. */
export const isCompositeSli = (sli: unknown): boolean =>
  isMapping(sli) && Object.keys(sli).some((key) => nearestName(key, FORMS) !== undefined);

/** What an SLO made of others takes from them. */
const OF_MEMBERS = {
  budgeting:
    "`weighted` and `worstOf` count events, `allOf` slices of time: `slices` beside it says how wide",
  per: "groups are its members': it has one budget",
  groupLimit: "groups are its members': it has one budget",
  exclude: "exclude on its members: what they exclude is not counted in it either",
} as const;

/** `field` is the SLO's. */
export function refuseBesideMembers(slo: Readonly<Record<string, unknown>>, field: Field): void {
  for (const [name, hint] of Object.entries(OF_MEMBERS)) {
    if (!(name in slo)) continue;
    const message = `an SLO made of others has no \`${name}\``;
    report(fieldIn(field, name), { code: "composite-field", message, hint }, "key");
  }
}

const DEFAULT_SLICES = "1m";

/** `undefined` when it is not sound (reported). */
export function readComposite(
  value: unknown,
  form: CompositeForm,
  field: Field,
  { service, slices }: CompositeContext,
): CompositeReading | undefined {
  const errorsBefore = field.findings.errorCount;
  const said = form === "allOf" ? value : withoutSlices(value, form, field);
  const shape = readShape(compositeSchemas[form], said, field, "an SLI made of other SLOs");
  if (shape === undefined || shape[form] === undefined) return undefined;
  const membersField = fieldIn(field, form);
  const members =
    form === "weighted"
      ? readWeighted(shape.weighted, membersField, service)
      : readListed(shape[form], membersField, form, service);
  const budgeting = form === "allOf" ? readSlices(shape.slices, field, slices) : OCCURRENCES;
  if (members === undefined) return undefined;
  if (field.findings.errorCount > errorsBefore) return undefined;
  const indicator: CompositeIndicator = {
    kind: "composite",
    rule: RULES[form],
    members: members.map(({ sloId, weight }) => ({ sloId, weight })),
  };
  const placed = members.map(({ field: { document, path }, at }) => document.placeOf(path, at));
  placeMembers(indicator, placed);
  return { indicator, ...(budgeting === undefined ? {} : { budgeting }) };
}

function withoutSlices(value: unknown, form: CompositeForm, field: Field): unknown {
  if (!isMapping(value) || !("slices" in value)) return value;
  const message = `\`${form}\` counts no slices of its own`;
  const hint = "remove it; or write allOf, of slices in which every member holds";
  report(fieldIn(field, "slices"), { code: "composite-field", message, hint }, "key");
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== "slices"));
}

/** A slice is good when all members hold: none of them may be missing. */
function readSlices(
  slices: string | undefined,
  field: Field,
  context: SliceContext | undefined,
): Budgeting | undefined {
  const slicesField = fieldIn(field, "slices");
  if (context === undefined) {
    const message = "`slices` is another field here";
    const hint = "write timeSliceWindow in the objective";
    if (slices !== undefined)
      report(slicesField, { code: "composite-field", message, hint }, "key");
    return undefined;
  }
  const widthMs = parseDuration(slices ?? DEFAULT_SLICES);
  if (widthMs === undefined || !checkSliceWidth(widthMs, slicesField, context)) return undefined;
  return { kind: "timeslices", widthMs, targetPpb: ppb(WHOLE_PPB) };
}

/** A member and where it stands. */
interface PlacedMember extends CompositeMember {
  readonly field: Field;
  readonly at: "key" | "value";
}

function readWeighted(
  value: unknown,
  field: Field,
  service: string,
): readonly PlacedMember[] | undefined {
  if (!isMapping(value)) {
    const message = `\`weighted\` is a mapping of SLOs to weights, not ${kindOf(value)}`;
    const hint = "write weighted: { frontend/availability: 2, checkout/availability: 1 }";
    report(field, { code: "wrong-type", message, hint });
    return undefined;
  }
  const entries = Object.entries(value);
  if (!isMemberCount(entries.length, field)) return undefined;
  return distinct(
    entries.map(([name, weight]) => {
      const at = fieldIn(field, name);
      const sound = weightSchema.safeParse(weight);
      if (!sound.success) report(at, explainWeight(weight));
      return memberOf(name, sound.data ?? 1, at, "key", service);
    }),
  );
}

function readListed(
  value: unknown,
  field: Field,
  form: CompositeForm,
  service: string,
): readonly PlacedMember[] | undefined {
  if (!Array.isArray(value)) {
    const message = `\`${form}\` is a list of SLOs, not ${kindOf(value)}`;
    const hint = `write ${form}: [frontend/availability, checkout/availability]`;
    report(field, { code: "wrong-type", message, hint });
    return undefined;
  }
  if (!isMemberCount(value.length, field)) return undefined;
  return distinct(
    value.map((name: unknown, index) => memberOf(name, 1, fieldIn(field, index), "value", service)),
  );
}

function isMemberCount(count: number, field: Field): boolean {
  if (count >= LEAST_MEMBERS && count <= MOST_MEMBERS) return true;
  const message = `it is made of ${LEAST_MEMBERS} to ${MOST_MEMBERS} SLOs, not of ${count}`;
  report(field, { code: "invalid-member", message });
  return false;
}

/** `undefined` when it is no name (reported). */
function memberOf(
  name: unknown,
  weight: number,
  field: Field,
  at: "key" | "value",
  service: string,
): PlacedMember | undefined {
  if (typeof name !== "string" || !MEMBER.test(name)) {
    const message = `${kindOf(name)} is no SLO's name`;
    const hint = "write service/name, or the name of an SLO of the same service";
    const code = typeof name === "string" ? "invalid-name" : "wrong-type";
    report(field, { code, message, hint }, at);
    return undefined;
  }
  return { sloId: name.includes("/") ? name : `${service}/${name}`, weight, field, at };
}

/** Each once: `availability` is `checkout/availability` in the file of that service. */
function distinct(
  members: readonly (PlacedMember | undefined)[],
): readonly PlacedMember[] | undefined {
  const sound = members.filter((each) => each !== undefined);
  const known = new Set<string>();
  for (const { sloId, field, at } of sound) {
    if (known.has(sloId)) {
      const message = `${sloId} is a member already`;
      report(field, { code: "invalid-member", message, hint: "name each SLO once" }, at);
    }
    known.add(sloId);
  }
  return sound.length === members.length ? sound : undefined;
}
