/** What becomes of files when they are converted: which SLOs come back as they were, and which are refused. */
import { RE2JS } from "re2js";
import { convertSlos, type ConvertTarget } from "../../src/convert/index.ts";
import { readRuleFiles } from "../../src/rules/index.ts";
import type { Matcher, Slo } from "../../src/slo/index.ts";

const SETTINGS = { bucketMs: 10_000 } as const;

export interface RoundTrip {
  readonly texts: readonly string[];
  /** SLOs before and after, of those that were converted. */
  readonly pairs: readonly { readonly before: Slo; readonly after: Slo | undefined }[];
  /** `id: reason` of those that were not. */
  readonly refused: readonly string[];
}

export function roundTrip(slos: readonly Slo[], target: ConvertTarget): RoundTrip {
  const { files, problems } = convertSlos(slos, target, SETTINGS);
  const texts = files.map(({ text }) => text);
  const read = readRuleFiles(
    files.map(({ service, text }) => ({ file: `${service}.yaml`, text })),
    SETTINGS,
  ).flatMap((reading) => reading.slos);
  const refused = problems.map(({ message }) => message);
  const isRefused = ({ id }: Slo) => refused.some((message) => message.startsWith(`${id}: `));
  const pairs = slos
    .filter((slo) => !isRefused(slo))
    .map((before) => ({ before, after: read.find(({ id }) => id === before.id) }));
  return { texts, pairs, refused };
}

/**
 * The model without what may differ: where it was read from, annotations that slowburn keeps for itself, how an objective and
 * a calendar's start were spelled, empty texts of alerts, and marks and names that have no effect (see src/convert/README.md).
 */
export function compared(slo: Slo | undefined): unknown {
  if (slo === undefined) return undefined;
  const {
    source: _source,
    annotations,
    objective,
    alerting,
    alerts,
    window,
    exclusions,
    ...others
  } = slo;
  const texts = (of: typeof alerting | NonNullable<typeof alerting>["bySeverity"]["page"]) => ({
    labels: of?.labels ?? {},
    annotations: of?.annotations ?? {},
  });
  return {
    ...others,
    indicator: JSON.parse(JSON.stringify(slo.indicator), (key, value: unknown) =>
      key === "where" || key === "when"
        ? (value as readonly Matcher[]).map(withoutIdleMark)
        : value,
    ) as unknown,
    groupLimit: slo.per.length === 0 ? 0 : slo.groupLimit,
    window:
      window.kind === "rolling" ? window : { ...window, anchor: window.anchor.padEnd(19, ":00") },
    goodPpb: objective.goodPpb,
    exclusions: exclusions?.map(({ source: _place, ...said }) => said),
    annotations: Object.fromEntries(
      Object.entries(annotations).filter(([name]) => !name.startsWith("slowburn.dev/")),
    ),
    alerts: alerts.tiers.length === 0 ? [] : alerts,
    alertName: alerting?.alertName,
    texts: texts(alerting),
    page: texts(alerting?.bySeverity.page),
    ticket: texts(alerting?.bySeverity.ticket),
    absentTexts: alerting?.absent ?? {},
  };
}

/** An absent attribute compares as the empty text, or does not: that is one thing where the empty text does not matter. */
function withoutIdleMark(matcher: Matcher): Matcher {
  const { absentIsEmpty: _mark, ...unmarked } = matcher;
  const caresForEmpty =
    "values" in matcher
      ? matcher.values.includes("")
      : "pattern" in matcher && RE2JS.compile(matcher.pattern).matches("");
  return caresForEmpty ? matcher : (unmarked as Matcher);
}
