/** `metadata:` of an object, and the annotations that are slowburn's own. Other tools pass annotations by. */
import { readTexts, type Texts } from "../foreign-labels.ts";
import { readForeignShape } from "../foreign-shape.ts";
import { fieldIn, report, type Field } from "../native/index.ts";
import { nearestName } from "../nearest-name.ts";
import { metadataSchema } from "./schemas.ts";

export interface Metadata {
  readonly name: string;
  readonly displayName: string | undefined;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly field: Field;
}

/** Holds the alert policy in the native form, as YAML or JSON. */
export const ALERTS_ANNOTATION = "slowburn.dev/alerts";
/** Holds fields of the native format that OpenSLO has no word for, as YAML or JSON. */
export const EXTRA_ANNOTATION = "slowburn.dev/slo";
/** The objective of an SLO that is made of its objectives: `99.5%`. */
export const OBJECTIVE_ANNOTATION = "slowburn.dev/objective";
/** Where an SLO's display name is kept. */
export const DISPLAY_NAME_ANNOTATION = "slowburn.dev/display-name";
const OWN_PREFIX = "slowburn.dev/";
const OWN_ANNOTATIONS = [
  ALERTS_ANNOTATION,
  EXTRA_ANNOTATION,
  OBJECTIVE_ANNOTATION,
  DISPLAY_NAME_ANNOTATION,
];

/** What is not sound is reported, and left out: the name is empty then, and no SLO comes of it. */
export function readMetadata(value: unknown, field: Field): Metadata {
  const shape =
    value === undefined ? {} : (readForeignShape(metadataSchema, value, field, "metadata") ?? {});
  const labels = readTexts(shape.labels, fieldIn(field, "labels"));
  const annotations = readTexts(shape.annotations, fieldIn(field, "annotations"));
  for (const key of Object.keys(annotations)) {
    if (!key.startsWith(OWN_PREFIX) || OWN_ANNOTATIONS.includes(key)) continue;
    const nearest = nearestName(key, OWN_ANNOTATIONS) ?? ALERTS_ANNOTATION;
    const message = `slowburn has no annotation \`${key}\``;
    const hint = `did you mean \`${nearest}\`?`;
    report(fieldIn(field, "annotations", key), { code: "unknown-key", message, hint }, "key");
  }
  return { name: shape.name ?? "", displayName: shape.displayName, labels, annotations, field };
}
