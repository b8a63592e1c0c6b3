/** The model every rule format is read into. Plain data: JSON round-trips it, snapshots store it. */
import { lookbacksOf, type AbsentAlert, type AlertPolicy } from "./alert-policy.ts";
import type { Indicator } from "./indicator.ts";
import type { Objective } from "./objective.ts";
import type { Alerting } from "./alerting.ts";
import type { Budgeting, NoData } from "./budgeting.ts";
import type { Exclusion } from "./exclusion.ts";
import type { Millis } from "./units.ts";
import { rollingWindow, type SloWindow } from "./window.ts";

/** The formats that SLO files come in. */
export type RuleFormatName = "slowburn" | "openslo" | "sloth" | "pyrra";

/** PromQL that the indicator was read from, as the file has it; the range of its selectors is `{{.window}}`. */
export type PromqlSource =
  | {
      readonly kind: "ratio";
      readonly count: "good" | "bad";
      readonly part: string;
      readonly total: string;
    }
  | { readonly kind: "errorRatio"; readonly query: string };

/** The template that an SLO was made of. */
export interface TemplateUse {
  readonly name: string;
  /** From 1. A version means the same for ever; a change of it is a change for all who use it. */
  readonly version: number;
  /** Which of the template's SLOs it is. */
  readonly slo: string;
  readonly file: string;
  readonly line: number;
}

export interface SloSource {
  readonly file: string;
  readonly line: number;
  readonly format: RuleFormatName;
  readonly promql?: PromqlSource;
  /** What Sloth calls it, where that is another name: of OpenSLO v1alpha it numbers the objectives, from 0. */
  readonly slothName?: string;
  readonly template?: TemplateUse;
}

/** As rule files name it: `http-server@1`. */
export const templateKey = ({ name, version }: Pick<TemplateUse, "name" | "version">): string =>
  `${name}@${version}`;

export interface Slo {
  /** `<service>/<name>`, unique among the loaded rules; what URLs, alerts and streams are keyed by. */
  readonly id: string;
  readonly service: string;
  readonly name: string;
  readonly description: string;
  readonly owner?: string;
  readonly runbook?: string;
  /** Named http or https addresses: dashboards, designs, consoles. */
  readonly links?: Readonly<Record<string, string>>;
  /** On metrics and alerts. */
  readonly labels: Readonly<Record<string, string>>;
  readonly objective: Objective;
  readonly window: SloWindow;
  readonly indicator: Indicator;
  readonly budgeting: Budgeting;
  readonly noData: NoData;
  /** Attributes that split the SLO into groups, each with a budget of its own; empty for none. */
  readonly per: readonly string[];
  /** Groups beyond this many are folded into one overflow group. */
  readonly groupLimit: number;
  readonly alerts: AlertPolicy;
  /** Absent: data that stops is shown, but nobody is told. */
  readonly absent?: AbsentAlert;
  /** Names, labels and annotations of alerts that the file gives itself. */
  readonly alerting?: Alerting;
  /** Maintenance that does not count. */
  readonly exclusions?: readonly Exclusion[];
  /** Free texts, for people and other tools. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly source: SloSource;
  /** Since when no rule file holds it: its events are counted on for a while, but it is neither shown nor alerted on. */
  readonly retiredAt?: Millis;
  /** Its counts come from the archive: from when on. */
  readonly rebuiltFrom?: Millis;
  /** While they are being rebuilt: the id it will have. Until then it is counted unseen, and another may have that id. */
  readonly pendingFor?: string;
  /** Counted for a composite, unseen: a member in its slices of time. */
  readonly partOf?: string;
  /** Windows that composites read it over, beside its own. */
  readonly readOver?: readonly SloWindow[];
}

export const isRetired = (slo: Slo): boolean => slo.retiredAt !== undefined;
export const isPending = (slo: Slo): boolean => slo.pendingFor !== undefined;
/** Counted, but neither shown nor alerted on. */
export const isHidden = (slo: Slo): boolean =>
  isRetired(slo) || isPending(slo) || slo.partOf !== undefined;

/** The SLO while its counts are rebuilt from `sinceMs` on, beside the one that has its id. */
export const pendingOf = (slo: Slo, sinceMs: Millis): Slo => ({
  ...slo,
  id: pendingId(slo.id),
  pendingFor: slo.id,
  rebuiltFrom: sinceMs,
});

/** No SLO of a file has a space in its id. */
export const pendingId = (id: string): string => `${id} (rebuilding)`;

/**
 * Everything the SLO is read over: lookbacks and rolling windows ascending, each once; a calendar window is last, also
 * beside a lookback of the same length. There is one at most.
 */
export function windowsOf({
  window,
  alerts,
  readOver = [],
}: Pick<Slo, "window" | "alerts" | "readOver">): readonly SloWindow[] {
  const all = [window, ...readOver];
  const spans = new Set<number>(alerts.tiers.flatMap(lookbacksOf));
  for (const { kind, lengthMs } of all) if (kind === "rolling") spans.add(lengthMs);
  const rolling = [...spans].sort((a, b) => a - b).map(rollingWindow);
  const calendar = all.find(({ kind }) => kind === "calendar");
  return calendar === undefined ? rolling : [...rolling, calendar];
}

/** Whether a window that the SLO is read over is its own, not only that of a composite over it. */
export const isOwnWindow = ({ window, alerts, readOver }: Slo, read: SloWindow): boolean =>
  readOver === undefined ||
  windowsOf({ window, alerts }).some((own) => JSON.stringify(own) === JSON.stringify(read));

/** Which of `windowsOf`, or of their lengths, is the SLO's own window. */
export function ownWindowIndex(
  { window }: Pick<Slo, "window">,
  windowsMs: readonly number[],
): number {
  return window.kind === "calendar" ? windowsMs.length - 1 : windowsMs.indexOf(window.lengthMs);
}
