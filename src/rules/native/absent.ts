/** `absent:` in `alerts:` → an alert when no data point came for so long. */
import { formatDuration, parseDuration, type AbsentAlert } from "../../slo/index.ts";
import { absentSchema, type AbsentConfig } from "./policy-schema.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

/** Senders export every 10 s to a minute; below three buckets a single late export is an alert. */
const LEAST_BUCKETS = 3;

/** `undefined` when `alerts:` asks for none, or it is not sound (reported). `field` is that of `alerts:`. */
export function readAbsent(
  value: unknown,
  field: Field,
  bucketMs: number,
): AbsentAlert | undefined {
  const said = isMapping(value) ? value["absent"] : undefined;
  if (said === undefined) return undefined;
  const absentField = fieldIn(field, "absent");
  const isShort = typeof said === "string";
  const shape: Partial<AbsentConfig> | undefined = isShort
    ? { after: said }
    : readShape(absentSchema, said, absentField, "an alert on absent data");
  if (shape?.after === undefined) return undefined;
  const afterMs = parseDuration(shape.after);
  const afterField = isShort ? absentField : fieldIn(absentField, "after");
  const least = LEAST_BUCKETS * bucketMs;
  if (afterMs === undefined) {
    const message = `${kindOf(shape.after)} is no duration`;
    report(afterField, { code: "invalid-duration", message, hint: "write 10m" });
    return undefined;
  }
  if (afterMs < least) {
    const message = `shorter than three buckets of ${formatDuration(bucketMs)}`;
    const hint = "write 5m or more: senders export each minute by default";
    report(afterField, { code: "tier-lookback", message, hint });
  }
  return { severity: shape.severity ?? "page", afterMs };
}
