/**
 * The families with samples per SLO, and those of the process. An SLO is a constant until its file is loaded anew as another
 * object, so its lines are made once (bench/exposition.ts: a quarter of the samples for a tenth of the time).
 */
import {
  budgetRatio,
  exclusionsAt,
  formatDuration,
  objectiveRatio,
  type Slo,
} from "../slo/index.ts";
import { infoLabels, openLabels, ownLabel, sloLabels } from "./labels.ts";
import { END, sampleLine } from "./line.ts";
import { METRICS, type Metric } from "./names.ts";
import type { Snapshot } from "./snapshot.ts";

export interface SloFamily {
  readonly metric: Metric;
  /** As of the tick. */
  readonly lines: (slo: Slo, snapshot: Pick<Snapshot, "absentSlos" | "tickedAtMs">) => string;
}

export interface ProcessFamily {
  readonly metric: Metric;
  readonly lines: (snapshot: Snapshot) => string;
}

/** In the order they are written. */
export const SLO_FAMILIES: readonly SloFamily[] = [
  madeOnce(METRICS.sloInfo, (slo) =>
    sampleLine(METRICS.sloInfo, openLabels(infoLabels(slo)), END, 1),
  ),
  perSlo(METRICS.objectiveRatio, (slo) => objectiveRatio(slo.objective)),
  perSlo(METRICS.errorBudgetRatio, (slo) => budgetRatio(slo.objective)),
  perSlo(METRICS.windowSeconds, (slo) => slo.window.lengthMs / 1000),
  madeOnce(METRICS.alertThreshold, thresholdLines),
  { metric: METRICS.excluded, lines: excludedLine },
  {
    metric: METRICS.dataAbsent,
    lines: (slo, { absentSlos }) =>
      slo.absent === undefined
        ? ""
        : sampleLine(
            METRICS.dataAbsent,
            openLabels(sloLabels(slo)),
            END,
            absentSlos.has(slo.id) ? 1 : 0,
          ),
  },
];

export const PROCESS_FAMILIES: readonly ProcessFamily[] = [
  {
    metric: METRICS.ruleFileLoaded,
    lines: ({ ruleFiles }) =>
      ruleFiles
        .map(({ file, loaded }) =>
          sampleLine(METRICS.ruleFileLoaded, `{${ownLabel("file", file)}`, END, loaded ? 1 : 0),
        )
        .join(""),
  },
  {
    metric: METRICS.evaluationSeconds,
    lines: ({ tickedAtMs }) =>
      sampleLine(
        METRICS.evaluationSeconds,
        "",
        " ",
        tickedAtMs > 0 ? tickedAtMs / 1000 : undefined,
      ),
  },
  {
    metric: METRICS.buildInfo,
    lines: ({ version }) =>
      sampleLine(METRICS.buildInfo, `{${ownLabel("version", version)}`, END, 1),
  },
];

function perSlo(metric: Metric, value: (slo: Slo) => number): SloFamily {
  return madeOnce(metric, (slo) => sampleLine(metric, openLabels(sloLabels(slo)), END, value(slo)));
}

function madeOnce(metric: Metric, lines: (slo: Slo) => string): SloFamily {
  const made = new WeakMap<Slo, string>();
  return {
    metric,
    lines: (slo) => {
      const known = made.get(slo);
      if (known !== undefined) return known;
      const text = lines(slo);
      made.set(slo, text);
      return text;
    },
  };
}

function excludedLine(slo: Slo, { tickedAtMs }: Pick<Snapshot, "tickedAtMs">): string {
  const { exclusions } = slo;
  if (exclusions === undefined) return "";
  const isActive = exclusionsAt(exclusions, tickedAtMs).length > 0;
  return sampleLine(METRICS.excluded, openLabels(sloLabels(slo)), END, isActive ? 1 : 0);
}

/** One sample per tier; of two tiers with the same lookbacks and severity, the lower factor decides. */
function thresholdLines(slo: Slo): string {
  const labels = openLabels(sloLabels(slo));
  const lowest = new Map<string, number>();
  for (const { severity, longMs, shortMs, factorMilli } of slo.alerts.tiers) {
    const own = [
      ownLabel("severity", severity),
      ownLabel("long", formatDuration(longMs)),
      ownLabel("short", formatDuration(shortMs)),
    ];
    const tail = `,${own.join(",")}} `;
    lowest.set(tail, Math.min(factorMilli / 1000, lowest.get(tail) ?? Infinity));
  }
  return [...lowest]
    .map(([tail, factor]) => sampleLine(METRICS.alertThreshold, labels, tail, factor))
    .join("");
}
