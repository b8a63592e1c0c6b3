/** The SLI of an SLO: written in it, or referred to; for one objective at a time, since a threshold is the objective's. */
import { readForeignShape } from "../foreign-shape.ts";
import { fieldIn, report, type Field } from "../native/index.ts";
import { indicatorOf, type IndicatorReading, type Threshold } from "./indicator.ts";
import type { Dialect } from "./dialect.ts";
import { findObject, relay, specOf, type Links } from "./links.ts";
import { readMetadata } from "./metadata.ts";
import type { ObjectivePart } from "./objective.ts";
import { inlineSliSchema, type SloConfig } from "./schemas.ts";
import { readRatio, readSli, type Sli } from "./sli.ts";

export interface SliUse {
  readonly description: string;
  /** `undefined` when it cannot be computed (reported). */
  readonly indicatorFor: (objective: ObjectivePart) => IndicatorReading | undefined;
}

/** What an SLO, or an objective, calls its SLI: written in it, and referred to. */
export const sliFields = ({
  name,
}: Dialect): readonly ["sli" | "indicator", "sliRef" | "indicatorRef"] =>
  name === "v2alpha" ? ["sli", "sliRef"] : ["indicator", "indicatorRef"];

type SliConfig = Pick<SloConfig, "indicator" | "indicatorRef" | "sli" | "sliRef">;

/** `field` is the SLO's `spec`, or an objective. `undefined` when it names no sound SLI (reported). */
export function sliUseOf(links: Links, spec: SliConfig, field: Field): SliUse | undefined {
  const [inlineName, referenceName] = sliFields(links.dialect);
  const inline = spec[inlineName];
  const reference = spec[referenceName];
  if (inline !== undefined && reference !== undefined) {
    const message = `\`${inlineName}\` and \`${referenceName}\` at once`;
    report(fieldIn(field, referenceName), { code: "sli-form", message, hint: "remove one" }, "key");
    return undefined;
  }
  if (reference !== undefined) return referredSli(links, reference, fieldIn(field, referenceName));
  if (inline !== undefined) return inlineSli(links, inline, fieldIn(field, inlineName));
  if (links.dialect.name === "v1alpha") return ratioPerObjective(links);
  const message = `an SLO needs \`${inlineName}\` or \`${referenceName}\``;
  report(field, { code: "missing-field", message }, "key");
  return undefined;
}

function inlineSli(links: Links, value: unknown, field: Field): SliUse | undefined {
  const isEarly = links.dialect.name === "v1alpha";
  const shape = isEarly ? undefined : readForeignShape(inlineSliSchema, value, field, "an SLI");
  const sli = isEarly
    ? readSli(links, value, field)
    : shape?.spec === undefined
      ? undefined
      : readSli(links, shape.spec, fieldIn(field, "spec"));
  if (shape?.metadata !== undefined) readMetadata(shape.metadata, fieldIn(field, "metadata"));
  if (sli === undefined) return undefined;
  return useOf(sli.description, (threshold) => indicatorOf(links, sli, threshold));
}

function referredSli(links: Links, reference: string, field: Field): SliUse | undefined {
  const object = findObject(links, "SLI", reference, field);
  if (object === undefined) return undefined;
  const read = (): { readonly sli: Sli | undefined; readonly spec: Field } => {
    const { value, field: spec } = specOf(object);
    return { sli: readSli(links, value, spec), spec };
  };
  return useOf(read().sli?.description ?? "", (threshold) => {
    const { sli, spec } = read();
    const reading = sli === undefined ? undefined : indicatorOf(links, sli, threshold);
    relay(spec.findings, object, "SLI", field);
    return reading;
  });
}

/** v1alpha: each objective has a ratio of its own. */
function ratioPerObjective(links: Links): SliUse {
  return {
    description: "",
    indicatorFor: ({ shape: { ratioMetrics }, field }) => {
      if (ratioMetrics === undefined) {
        const message = "`indicator` of the SLO or `ratioMetrics` of its objectives must be there";
        report(field, { code: "missing-field", message }, "key");
        return undefined;
      }
      const ratio = readRatio(links, ratioMetrics, fieldIn(field, "ratioMetrics"), "");
      return ratio === undefined ? undefined : indicatorOf(links, ratio, () => undefined);
    },
  };
}

type ReadIndicator = (threshold: () => Threshold | undefined) => IndicatorReading | undefined;

/** What no objective was asked for is the same for all of them, and read once. */
function useOf(description: string, read: ReadIndicator): SliUse {
  let same: { readonly reading: IndicatorReading | undefined } | undefined;
  const indicatorFor: SliUse["indicatorFor"] = (objective) => {
    let isAsked = false;
    const threshold = () => {
      isAsked = true;
      return thresholdOf(objective);
    };
    const reading = same === undefined ? read(threshold) : same.reading;
    if (isAsked) return reading;
    same = { reading };
    const isPlain = reading?.kind === "computed";
    if (isPlain && objective.shape.value !== undefined)
      warnOfValue(fieldIn(objective.field, "value"));
    return reading;
  };
  return { description, indicatorFor };
}

function thresholdOf({ shape, said, field }: ObjectivePart): Threshold | undefined {
  const { op, value } = shape;
  if (op !== undefined && value !== undefined) return { op, value };
  if (said.has("op") && said.has("value")) return undefined; // of the wrong type, as reported
  const message = "an objective of a threshold metric needs `op` and `value`";
  report(field, { code: "missing-field", message, hint: "write op: lte and value: 100" }, "key");
  return undefined;
}

function warnOfValue({ document, path, findings }: Field): void {
  const message = "`value` is for threshold metrics: a ratio has nothing to compare with it";
  findings.add("not-applied", document, path, message, { severity: "warning", at: "key" });
}
