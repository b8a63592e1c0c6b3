/** Label sets in Prometheus' spelling: names made legal, collisions resolved, values escaped. */
import type { StreamView } from "../engine/index.ts";
import { distinctLabelNames, windowText, type Slo } from "../slo/index.ts";
import type { LabelName } from "./names.ts";

export type LabelPair = readonly [name: string, value: string];

/** `\`, `"` and line feeds, as both formats escape label values. */
export function escapeLabelValue(value: string): string {
  return /["\\\n]/.test(value)
    ? value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")
    : value;
}

/** `{slo="…",service="…"`, left open: a sample adds its own labels and closes it. Empty values are absent labels. */
export function openLabels(pairs: readonly LabelPair[]): string {
  return `{${pairs
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${escapeLabelValue(value)}"`)
    .join(",")}`;
}

/** `name="value"` for one of slowburn's own labels. */
export const ownLabel = (name: LabelName, value: string): string =>
  `${name}="${escapeLabelValue(value)}"`;

/** What every sample of an SLO begins with. */
export function sloLabels(slo: Slo): readonly LabelPair[] {
  return [
    ["slo", slo.id],
    ["service", slo.service],
  ];
}

/** What every sample of a stream begins with: its SLO, and for a group its attributes and their summary in `group`. */
export function streamLabels({ slo, group }: StreamView): readonly LabelPair[] {
  const names = distinctLabelNames(slo.per);
  const attributes = names.map((name, i): LabelPair => [name, group[i] ?? ""]);
  return [...sloLabels(slo), ["group", groupLabel({ group })], ...attributes];
}

/** Value of the label `group`; "" for an SLO without groups. */
export const groupLabel = ({ group }: Pick<StreamView, "group">): string => group.join(", ");

/** Labels of `slowburn_slo_info`: the rule's own facts, then the user's labels. */
export function infoLabels(slo: Slo): readonly LabelPair[] {
  const keys = Object.keys(slo.labels).sort();
  const names = distinctLabelNames(keys);
  return [
    ...sloLabels(slo),
    ["name", slo.name],
    ["owner", slo.owner ?? ""],
    ["window", windowText(slo.window)],
    ["objective", slo.objective.text],
    ["budgeting", slo.budgeting.kind],
    ["runbook", slo.runbook ?? ""],
    ["file", slo.source.file],
    ...keys.map((key, i): LabelPair => [names[i] ?? key, slo.labels[key] ?? ""]),
  ];
}
