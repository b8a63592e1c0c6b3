/** SLOs of a service → OpenSLO v1. What it has no word for stands in annotations, which other tools pass by. */
import { ALERTS_ANNOTATION, DISPLAY_NAME_ANNOTATION, EXTRA_ANNOTATION } from "../rules/index.ts";
import { WHOLE_PPB, type Budgeting, type Slo, type SloWindow } from "../slo/index.ts";
import { yamlText } from "./layout.ts";
import { alertingOf, alertsOf } from "./native-alerts.ts";
import type { Written } from "./native-conditions.ts";
import { groupsOf, originText } from "./native-file.ts";
import { excludeOf } from "./native-exclusions.ts";
import { SLI_FORMS, type SliForm } from "./native-sli.ts";
import { NotConvertible } from "./not-convertible.ts";
import { alertPoliciesOf } from "./openslo-policies.ts";
import { openSloSli, type OpenSloSli } from "./openslo-sli.ts";
import { shorthandText } from "./openslo-duration.ts";
import type { ConvertWriter, WrittenSlo } from "./writer.ts";

export const openSloWriter: ConvertWriter = {
  forms: (slo) =>
    SLI_FORMS.flatMap((make) => [
      () => objectOf(slo, make(slo), { alertPolicies: alertPoliciesOf(slo) }),
      () => objectOf(slo, make(slo), {}),
    ]),
  documents: (written, head) =>
    written.map((each, index) => documentText(each, index === 0 ? head : [])),
};

interface PlainAlerts {
  readonly alertPolicies?: readonly Written[];
}

function objectOf(slo: Slo, form: SliForm, { alertPolicies }: PlainAlerts): Written {
  const { name, service, owner, labels, description, annotations } = slo;
  const sli = openSloSli(slo, form);
  const displayName = annotations[DISPLAY_NAME_ANNOTATION];
  const extra = extraOf(slo, form, alertPolicies === undefined);
  const said = {
    ...foreignOf(annotations),
    ...(alertPolicies === undefined ? { [ALERTS_ANNOTATION]: annotationText(alertsOf(slo)) } : {}),
    ...(Object.keys(extra).length === 0 ? {} : { [EXTRA_ANNOTATION]: annotationText(extra) }),
  };
  const allLabels = { ...(owner === undefined ? {} : { owner }), ...labels };
  return {
    apiVersion: "openslo/v1",
    kind: "SLO",
    metadata: {
      name,
      ...(displayName === undefined ? {} : { displayName }),
      ...(Object.keys(allLabels).length === 0 ? {} : { labels: allLabels }),
      ...(Object.keys(said).length === 0 ? {} : { annotations: said }),
    },
    spec: {
      ...(description === "" ? {} : { description }),
      service,
      indicator: { metadata: { name: `${name}-sli` }, spec: sli.spec },
      timeWindow: [windowOf(slo.window)],
      budgetingMethod: methodOf(slo.budgeting),
      objectives: [objectiveOf(slo, sli)],
      ...(alertPolicies === undefined ? {} : { alertPolicies }),
    },
  };
}

/** `ratioTimeslices` → `RatioTimeslices`, as OpenSLO calls it. */
const methodOf = ({ kind }: Budgeting): string => `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;

const foreignOf = (annotations: Slo["annotations"]): Slo["annotations"] =>
  Object.fromEntries(
    Object.entries(annotations).filter(([name]) => !name.startsWith("slowburn.dev/")),
  );

/** In an annotation, as a native file has it. */
const annotationText = (value: Written | string): string =>
  typeof value === "string" ? value : yamlText(value, { head: [], flowDepth: 1 });

function extraOf(slo: Slo, form: SliForm, saysAlerts: boolean): Written {
  const { noData, runbook, links } = slo;
  const alerting = saysAlerts ? alertingOf(slo.alerting) : undefined;
  const exclude = excludeOf(slo);
  return {
    ...(noData === "ignore" ? {} : { noData }),
    ...groupsOf(slo, form),
    ...(alerting === undefined ? {} : { alerting }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(runbook === undefined ? {} : { runbook }),
    ...(links === undefined ? {} : { links }),
  };
}

function windowOf(window: SloWindow): Written {
  if (window.kind === "rolling")
    return { duration: shorthandText(window.lengthMs, "the window"), isRolling: true };
  const { unit, count, timeZone, anchor } = window;
  return {
    duration: `${count}${CALENDAR_UNITS[unit]}`,
    isRolling: false,
    calendar: { startTime: startText(anchor), timeZone },
  };
}

const CALENDAR_UNITS = { day: "d", week: "w", month: "M", quarter: "Q", year: "Y" } as const;

/** `2024-04-01T09:00` → `2024-04-01 09:00:00`, as OpenSLO's examples write it. */
function startText(anchor: string): string {
  const [date = "", time = "00:00"] = anchor.split("T");
  return `${date} ${time.length === 5 ? `${time}:00` : time}`;
}

function objectiveOf({ objective, budgeting }: Slo, { op, value }: OpenSloSli): Written {
  return {
    ...(op === undefined ? {} : { op, value }),
    target: objective.goodPpb / WHOLE_PPB,
    ...(budgeting.kind === "timeslices"
      ? { timeSliceTarget: budgeting.targetPpb / WHOLE_PPB }
      : {}),
    ...(budgeting.kind === "occurrences"
      ? {}
      : { timeSliceWindow: shorthandText(budgeting.widthMs, "a slice") }),
  };
}

function documentText({ slo, fields }: WrittenSlo, head: readonly string[]): string {
  if (!Object.hasOwn(fields, "kind")) throw new NotConvertible("it is no object of OpenSLO");
  return yamlText(fields, { head: [...head, originText(slo)] });
}
