/**
 * What other formats take over from the native one: how a mapping is read and what is said of it, and the forms that
 * slowburn's own parts of their files have (indicators, alert policies).
 */
export { readAbsent } from "./absent.ts";
export { readAlerts, type PolicyContext } from "./alerts.ts";
export { explainObjective, isWebLink, SERVICE_NAME, SLO_NAME } from "./checks.ts";
export { refuseBesideMembers } from "./composite.ts";
export { explainWeight, weightSchema } from "./composite-schema.ts";
export { readExtra, type ExtraFields } from "./extra.ts";
export { readScalarText, readSelector } from "./matchers.ts";
export { DEFAULT_GROUP_LIMIT, DEFAULT_GROUP_LIMIT_MAX } from "./schema.ts";
export {
  explained,
  fieldIn,
  isMapping,
  kindOf,
  readApart,
  readShape,
  report,
  type Explanation,
  type Field,
  type ObjectSchema,
} from "./shape.ts";
export { readSli } from "./sli.ts";
export { checkWindowLength } from "./window-length.ts";
