/** `sli: { promql: … }` → indicator, and the groups that its queries are summed by. */
import { readRatio, readRawRatio, type IndicatorReading } from "../../promql/index.ts";
import type { Budgeting, Indicator, PromqlSource } from "../../slo/index.ts";
import { nearestName } from "../nearest-name.ts";
import { reportReading } from "../query-problems.ts";
import {
  badQueriesSchema,
  errorRatioSchema,
  goodQueriesSchema,
  type PromqlConfig,
} from "./promql-schema.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

export interface SliReading {
  readonly indicator: Indicator;
  /** What its queries are summed by. */
  readonly per: readonly string[];
  readonly promql?: PromqlSource;
  /** Where the form says what the budget counts, and no field of the SLO may. */
  readonly budgeting?: Budgeting;
}

const FORMS = "write { bad: …, total: … }, { good: …, total: … } or { errorRatio: … }";
const FIELDS = ["good", "bad", "total", "errorRatio"] as const;

/** `undefined` when it is refused (reported). */
export function readPromql(value: unknown, field: Field): SliReading | undefined {
  if (!isMapping(value)) {
    const message = `\`promql\` is a mapping of queries, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: FORMS });
    return undefined;
  }
  const said = new Set(Object.keys(value).map((key) => nearestName(key, FIELDS) ?? key));
  const judges = (["good", "bad", "errorRatio"] as const).filter((name) => said.has(name));
  const [judge] = judges;
  if (judge === undefined || judges.length > 1) {
    const message =
      judge === undefined
        ? "nothing says which events are good"
        : `${judges.map((name) => `\`${name}\``).join(" and ")} at once`;
    report(field, { code: "sli-form", message, hint: FORMS }, "key");
    return undefined;
  }
  return judge === "errorRatio" ? readErrorRatio(value, field) : readCounts(value, judge, field);
}

function readErrorRatio(value: unknown, field: Field): SliReading | undefined {
  const shape = readShape(errorRatioSchema, value, field, "`promql`");
  const query = shape?.errorRatio;
  const queryField = fieldIn(field, "errorRatio");
  if (query === undefined || !hasWindow(query, queryField)) return undefined;
  const reading = readRawRatio(query, "bad");
  reportReading(reading, () => queryField);
  return sliOf(reading, { kind: "errorRatio", query });
}

function readCounts(value: unknown, count: "good" | "bad", field: Field): SliReading | undefined {
  const schema = count === "good" ? goodQueriesSchema : badQueriesSchema;
  const shape: Partial<PromqlConfig> | undefined = readShape(schema, value, field, "`promql`");
  const { [count]: part, total } = shape ?? {};
  const [partField, totalField] = [fieldIn(field, count), fieldIn(field, "total")];
  if (part === undefined || total === undefined) return undefined;
  const haveWindows = [hasWindow(part, partField), hasWindow(total, totalField)];
  if (haveWindows.includes(false)) return undefined;
  const reading = readRatio({ part, total, count });
  reportReading(reading, (query) => (query === "part" ? partField : totalField));
  return sliOf(reading, { kind: "ratio", count, part, total });
}

const sliOf = ({ indicator, per }: IndicatorReading, promql: PromqlSource) =>
  indicator === undefined ? undefined : { indicator, per, promql };

/** One query answers every lookback: a range of its own would be another one's number. */
function hasWindow(query: string, field: Field): boolean {
  if (/\{\{-?\s*\.window\s*-?\}\}/.test(query)) return true;
  const message = "the query does not say where the window goes";
  const hint = "write [{{.window}}] for its range";
  report(field, { code: "promql-range", message, hint });
  return false;
}
