/** SLOs of a service → one `slowburn/v1` document, in the order and with the defaults that its authors use. */
import { DEFAULT_GROUP_LIMIT } from "../rules/index.ts";
import {
  CALENDAR_ANCHOR,
  formatDuration,
  isComposite,
  sharePercent,
  templateKey,
  type Budgeting,
  type Slo,
  type SloWindow,
} from "../slo/index.ts";
import { yamlText } from "./layout.ts";
import { alertingOf, alertsOf } from "./native-alerts.ts";
import type { Written } from "./native-conditions.ts";
import { excludeOf } from "./native-exclusions.ts";
import { nativeSli, SLI_FORMS, type SliForm } from "./native-sli.ts";
import type { ConvertWriter, WrittenSlo } from "./writer.ts";

const DEFAULT_WINDOW_MS = 30 * 86_400_000;

export const nativeWriter: ConvertWriter = {
  forms: (slo) => SLI_FORMS.map((make) => () => sloOf(slo, make(slo))),
  documents: (written, head) => [serviceText(written, head)],
};

function sloOf(slo: Slo, form: SliForm): Written {
  const { description, objective, runbook, links, owner, labels, annotations, noData } = slo;
  const alerts = alertsOf(slo);
  const alerting = alertingOf(slo.alerting);
  const exclude = excludeOf(slo);
  const window = windowOf(slo.window);
  const budgeting = isComposite(slo) ? undefined : budgetingOf(slo.budgeting); // its SLI says it
  const free = Object.fromEntries(
    Object.entries(annotations).filter(([name]) => !name.startsWith("slowburn.dev/")),
  );
  return {
    ...(description === "" ? {} : { description }),
    objective: objective.text.replace(/\s+%$/, "%"),
    ...(window === undefined ? {} : { window }),
    sli: nativeSli(form),
    ...(budgeting === undefined ? {} : { budgeting }),
    ...(noData === "ignore" ? {} : { noData }),
    ...groupsOf(slo, form),
    ...(alerts === "workbook" ? {} : { alerts }),
    ...(alerting === undefined ? {} : { alerting }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(runbook === undefined ? {} : { runbook }),
    ...(links === undefined ? {} : { links }),
    ...(owner === undefined ? {} : { owner }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(free).length === 0 ? {} : { annotations: free }),
  };
}

/** Queries that are summed `by` split the SLO themselves: `sum by (a) (…)`. */
export function groupsOf({ per, groupLimit }: Slo, form: SliForm): Written {
  if (per.length === 0) return {};
  return {
    ...(form.kind === "promql" ? {} : { per }),
    ...(groupLimit === DEFAULT_GROUP_LIMIT ? {} : { groupLimit }),
  };
}

/** `undefined` for the default. */
function windowOf(window: SloWindow): string | Written | undefined {
  if (window.kind === "rolling")
    return window.lengthMs === DEFAULT_WINDOW_MS ? undefined : formatDuration(window.lengthMs);
  const { unit, count, timeZone, anchor } = window;
  return {
    calendar: unit,
    timeZone,
    ...(count === 1 ? {} : { count }),
    ...(anchor === CALENDAR_ANCHOR ? {} : { start: anchor }),
  };
}

/** `undefined` for the default. */
function budgetingOf(budgeting: Budgeting): Written | undefined {
  switch (budgeting.kind) {
    case "occurrences":
      return undefined;
    case "timeslices": {
      const { widthMs, targetPpb } = budgeting;
      return { slices: formatDuration(widthMs), good: sharePercent(targetPpb) };
    }
    case "ratioTimeslices":
      return { slices: formatDuration(budgeting.widthMs), weigh: "ratio" };
  }
}

/** An SLO of a template is written out: the file stands without it, and no longer follows its versions. */
export function originText({ source: { file, line, template } }: Slo): string {
  const from = `From ${file}:${line}`;
  if (template === undefined) return from;
  return `${from}, written out of ${templateKey(template)}/${template.slo} (${template.file}:${template.line})`;
}

/** What all SLOs have in common stands once, above them. */
function serviceText(written: readonly WrittenSlo[], head: readonly string[]): string {
  const [first] = written;
  const owner = written.every(({ slo }) => slo.owner === first?.slo.owner)
    ? first?.slo.owner
    : undefined;
  const labels = written.length < 2 ? {} : sharedLabels(written);
  const slos = Object.fromEntries(
    written.map(({ slo, fields }) => [slo.name, withoutShared(fields, owner, labels)]),
  );
  const file = {
    apiVersion: "slowburn/v1",
    service: first?.slo.service,
    ...(owner === undefined ? {} : { owner }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    slos,
  };
  const comments = written.map(({ slo }) => originText(slo));
  return yamlText(file, { head, entries: { path: ["slos"], comments }, flowDepth: 3 });
}

function sharedLabels(written: readonly WrittenSlo[]): Slo["labels"] {
  const [first] = written;
  return Object.fromEntries(
    Object.entries(first?.slo.labels ?? {}).filter(([name, value]) =>
      written.every(({ slo }) => slo.labels[name] === value),
    ),
  );
}

function withoutShared(fields: Written, owner: string | undefined, labels: Slo["labels"]): Written {
  const { owner: ownOwner, labels: ownLabels, ...others } = fields;
  const left = Object.entries((ownLabels ?? {}) as Slo["labels"]).filter(
    ([name]) => !Object.hasOwn(labels, name),
  );
  return {
    ...others,
    ...(ownOwner === undefined || owner !== undefined ? {} : { owner: ownOwner }),
    ...(left.length === 0 ? {} : { labels: Object.fromEntries(left) }),
  };
}
