/** How Sloth names an SLO in rules and labels (research/peers.md section 6.4). */
import { formatDuration, windowsOf, type Slo } from "../../slo/index.ts";

const slothName = ({ name, source }: Slo): string => source.slothName ?? name;

export const slothId = (slo: Slo): string => `${slo.service}-${slothName(slo)}`;

/** `{sloth_id="…", sloth_service="…", sloth_slo="…"}` */
export const slothFilter = (slo: Slo): string =>
  `{sloth_id=${JSON.stringify(slothId(slo))}, sloth_service=${JSON.stringify(slo.service)}, sloth_slo=${JSON.stringify(slothName(slo))}}`;

/** An owner is a label as others are: that is where Sloth's files have it. */
export const slothLabels = (slo: Slo): Readonly<Record<string, string>> => ({
  ...(slo.owner === undefined ? {} : { owner: slo.owner }),
  ...slo.labels,
  sloth_id: slothId(slo),
  sloth_service: slo.service,
  sloth_slo: slothName(slo),
});

/** Prometheus writes days, not weeks or hours above a day: 1d, 3d, 30d. */
export const rangeText = (spanMs: number): string => formatDuration(spanMs);

/** The objective as Sloth reads it: 99.9. */
export const percentOf = (slo: Slo): number => Number(slo.objective.text.replace(/\s*%$/, ""));

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Lookbacks that Sloth records whether it alerts or not, and its dashboards draw. */
const SLOTH_LOOKBACKS_MS = [
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  24 * HOUR_MS,
  72 * HOUR_MS,
] as const;

/**
 * What the error ratio is recorded over, ascending: the policy's lookbacks, Sloth's own, and the window. A file of Sloth
 * that alerts in full has its lookbacks from its catalogue, and no others.
 */
export function recordedSpans(slo: Slo): readonly number[] {
  const own = windowsOf(slo).map(({ lengthMs }) => lengthMs);
  const isWhole = slo.source.format === "sloth" && slo.alerts.tiers.length === 4;
  if (isWhole) return own;
  const shorter = SLOTH_LOOKBACKS_MS.filter((spanMs) => spanMs < slo.window.lengthMs);
  return [...new Set<number>([...own, ...shorter])].toSorted((a, b) => a - b);
}
