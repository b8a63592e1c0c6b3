/** How Sloth names an SLO in rules and labels (research/peers.md section 6.4). */
import { formatDuration, type Slo } from "../../slo/index.ts";

export const slothId = (slo: Slo): string => `${slo.service}-${slo.name}`;

/** `{sloth_id="…", sloth_service="…", sloth_slo="…"}` */
export const slothFilter = (slo: Slo): string =>
  `{sloth_id=${JSON.stringify(slothId(slo))}, sloth_service=${JSON.stringify(slo.service)}, sloth_slo=${JSON.stringify(slo.name)}}`;

export const slothLabels = (slo: Slo): Readonly<Record<string, string>> => ({
  ...slo.labels,
  sloth_id: slothId(slo),
  sloth_service: slo.service,
  sloth_slo: slo.name,
});

/** Prometheus writes days, not weeks or hours above a day: 1d, 3d, 30d. */
export const rangeText = (spanMs: number): string => formatDuration(spanMs);

/** The objective as Sloth reads it: 99.9. */
export const percentOf = (slo: Slo): number => Number(slo.objective.text.replace(/\s*%$/, ""));
