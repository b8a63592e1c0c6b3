/**
 * What is allowed but seldom meant, in SLOs that load: warnings of `slowburn check`, never of a running server. Each looks
 * at the model, so it holds for every format.
 */
import {
  formatDuration,
  isComposite,
  metricSpellings,
  templateKey,
  type Indicator,
  type Problem,
  type Slo,
} from "../slo/index.ts";
import { ADVISORY_BOUNDS } from "./advisory-bounds.ts";
import { lintComposites } from "./composite-lints.ts";
import type { PublishedTemplate } from "./rule-set.ts";
import { areBoundsKnown, lintRunning, type RunningFacts } from "./running-lints.ts";
import { sloWarning } from "./slo-warning.ts";

/** What is known beside the SLOs. */
export interface LintFacts {
  /** Those that are published beside them. */
  readonly templates?: readonly PublishedTemplate[] | undefined;
  /** What the series of a server show, which goes before what SDKs are advised. */
  readonly running?: RunningFacts | undefined;
}

/** In the order of the SLOs. */
export function lintSlos(
  slos: readonly Slo[],
  { templates = [], running }: LintFacts = {},
): readonly Problem[] {
  const newest = newestVersions(templates);
  const isAdvised = ({ indicator }: Slo) =>
    running === undefined ||
    (indicator.kind === "latency" && !areBoundsKnown(indicator.total.metric, running));
  return [
    ...slos.filter(isAdvised).flatMap(lintThreshold),
    ...(running === undefined ? [] : lintRunning(slos, running)),
    ...lintOverlaps(slos),
    ...lintComposites(slos),
    ...slos.flatMap((slo) => lintVersion(slo, newest)),
  ];
}

function newestVersions(templates: readonly PublishedTemplate[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const { name, version } of templates)
    newest.set(name, Math.max(version, newest.get(name) ?? 0));
  return newest;
}

/** Nothing changes for who stays with a version: it is for them to choose when to go on. */
function lintVersion(slo: Slo, newest: ReadonlyMap<string, number>): readonly Problem[] {
  const { template } = slo.source;
  const version = template && newest.get(template.name);
  if (template === undefined || version === undefined || version <= template.version) return [];
  const message = `${slo.id} uses ${templateKey(template)}, and ${template.name}@${version} is published`;
  return [sloWarning("newer-template", slo, message, `try use: ${template.name}@${version}`)];
}

/** A threshold inside a bucket of what the semantic conventions tell SDKs to use: the SLI is an estimate. */
function lintThreshold(slo: Slo): readonly Problem[] {
  const { indicator } = slo;
  if (indicator.kind !== "latency") return [];
  const { metric } = indicator.total;
  const seconds = indicator.thresholdNanos / 1e9;
  const bounds = ADVISORY_BOUNDS.find(({ name }) =>
    metricSpellings(name, "s", "histogram").includes(metric),
  )?.bounds;
  if (bounds === undefined || bounds.includes(seconds)) return [];
  const lower = bounds.findLast((bound) => bound < seconds);
  const upper = bounds.find((bound) => bound > seconds);
  const exact = [lower, upper]
    .filter((bound) => bound !== undefined)
    .map((bound) => formatDuration(bound * 1000));
  const message = `${formatDuration(seconds * 1000)} lies inside a bucket of the bounds that SDKs use for ${metric}: the SLI is an estimate`;
  return [
    sloWarning(
      "threshold-off-bound",
      slo,
      message,
      `exact are ${exact.join(" and ")}; or give the histogram a bound there`,
    ),
  ];
}

/** Two SLOs of a service that count the same over the same window: one incident pages twice. */
function lintOverlaps(slos: readonly Slo[]): readonly Problem[] {
  const first = new Map<string, Slo>();
  return slos.flatMap((slo) => {
    const key = JSON.stringify([
      slo.service,
      countedBy(slo.indicator),
      slo.per,
      slo.window,
      slo.budgeting,
    ]);
    const twin = first.get(key);
    if (twin === undefined) {
      first.set(key, slo);
      return [];
    }
    const same = isComposite(slo) ? "is made of the same SLOs" : "counts the same events";
    const message = `${slo.id} ${same} over the same window as ${twin.id}: one incident burns both`;
    return [
      sloWarning(
        "overlapping-slos",
        slo,
        message,
        "keep one, or give them different windows or conditions",
      ),
    ];
  });
}

/** The same for indicators that say the same in other words: order of conditions. */
function countedBy(indicator: Indicator): unknown {
  return JSON.parse(JSON.stringify(indicator), (_, part: unknown): unknown =>
    Array.isArray(part) ? part.map((each) => JSON.stringify(each)).sort() : part,
  );
}
