/** One set of objects in every form that OpenSLO's files come in: the same SLOs are read of each. */
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readRuleFiles } from "../../../src/rules/index.ts";
import type { Slo } from "../../../src/slo/index.ts";

type Objects = readonly object[];

const query = (text: string) => ({ query: text });

function objectsOf(apiVersion: string): Objects {
  const isNext = apiVersion === "openslo.com/v2alpha";
  const named = (kind: string, name: string, spec: object) => ({
    apiVersion,
    kind,
    metadata: { name },
    spec,
  });
  const metric = (text: string) =>
    isNext
      ? { dataSourceRef: "metrics", spec: query(text) }
      : { metricSource: { metricSourceRef: "metrics", spec: query(text) } };
  return [
    named("Service", "shop", { description: "Sells." }),
    named("DataSource", "metrics", { type: "Prometheus", connectionDetails: {} }),
    named("SLI", "answered", {
      ratioMetric: {
        counter: true,
        bad: metric('sum(rate(r_total{code=~"5.."}[{{.window}}]))'),
        total: metric("sum(rate(r_total[{{.window}}]))"),
      },
    }),
    named("AlertCondition", "fast", {
      severity: "page",
      condition: { kind: "burnrate", op: "gt", threshold: 14.4, lookbackWindow: "1h" },
    }),
    named("AlertPolicy", "pages", {
      alertWhenBreaching: true,
      conditions: [{ conditionRef: "fast" }],
      notificationTargets: [{ targetRef: "on-call" }],
    }),
    named("AlertNotificationTarget", "on-call", { target: "pagerduty" }),
    named("SLO", "availability", {
      [isNext ? "serviceRef" : "service"]: "shop",
      [isNext ? "sliRef" : "indicatorRef"]: "answered",
      timeWindow: [{ duration: "28d", isRolling: true }],
      budgetingMethod: "Occurrences",
      objectives: [{ target: 0.999 }],
      alertPolicies: [{ alertPolicyRef: "pages" }],
    }),
  ];
}

type Files = readonly { readonly file: string; readonly text: string }[];

const FORMS: Readonly<Record<string, (objects: Objects) => Files>> = {
  "several documents": (objects) => [
    { file: "a.yaml", text: objects.map((each) => stringify(each)).join("---\n") },
  ],
  "an array": (objects) => [{ file: "a.yaml", text: stringify(objects) }],
  "arrays and documents": (objects) => [
    {
      file: "a.yaml",
      text: `${stringify(objects.slice(0, 3))}---\n${stringify(objects[3])}---\n${stringify(objects.slice(4))}`,
    },
  ],
  "a JSON array": (objects) => [{ file: "a.json", text: JSON.stringify(objects, null, 2) }],
  "JSON documents in YAML": (objects) => [
    { file: "a.yaml", text: objects.map((each) => JSON.stringify(each)).join("\n---\n") },
  ],
  "a file for each object": (objects) =>
    objects.map((each, index) => ({ file: `${index}.yaml`, text: stringify(each) })),
  "a JSON file for each object, in the other order": (objects) =>
    objects
      .toReversed()
      .map((each, index) => ({ file: `${index}.json`, text: JSON.stringify(each) })),
};

const plain = ({ source: { promql, format }, ...slo }: Slo) => ({ ...slo, promql, format });

describe.each(["openslo/v1", "openslo.com/v1", "openslo.com/v2alpha"])("%s", (apiVersion) => {
  const objects = objectsOf(apiVersion);
  const read = (files: Files) => readRuleFiles(files);

  it.each(Object.entries(FORMS))("as %s", (_, form) => {
    const readings = read(form(objects));
    expect(readings.flatMap(({ problems }) => problems)).toEqual([]);
    const slos = readings.flatMap((reading) => reading.slos);
    const expected = read([{ file: "v1.yaml", text: stringify(objectsOf("openslo/v1")) }]);
    expect(slos.map(plain)).toEqual(expected.flatMap((each) => each.slos).map(plain));
    expect(slos).toMatchObject([
      {
        id: "shop/availability",
        alerts: { tiers: [{ severity: "page", factorMilli: 14_400, longMs: 3_600_000 }] },
        alerting: { bySeverity: { page: { labels: { notification_target: "on-call" } } } },
      },
    ]);
  });
});

const threshold = (apiVersion: string, metric: object, objectives: readonly object[]) => ({
  apiVersion,
  kind: "SLO",
  metadata: { name: "queue", annotations: { "slowburn.dev/alerts": "none" } },
  spec: {
    service: "mail",
    [apiVersion.endsWith("v2alpha") ? "sli" : "indicator"]: {
      metadata: { name: "short" },
      spec: { thresholdMetric: metric },
    },
    timeWindow: [{ duration: "1w", isRolling: true }],
    budgetingMethod: "Occurrences",
    objectives,
  },
});

it.each([
  [
    "openslo/v1",
    { metricSource: { type: "prometheus", spec: query('queue_length{queue="out"}') } },
  ],
  [
    "openslo.com/v2alpha",
    {
      dataSourceSpec: { type: "prometheus", connectionDetails: {} },
      spec: query('queue_length{queue="out"}'),
    },
  ],
])("each objective of %s compares a threshold metric with its own value", (apiVersion, metric) => {
  const object = threshold(apiVersion, metric, [
    { displayName: "calm", op: "lt", value: 10, target: 0.9 },
    { displayName: "bearable", op: "lte", value: 100, target: 0.99 },
    { displayName: "alive", op: "gt", value: 0, target: 0.5 },
  ]);
  const { slos, problems } = readRuleFiles([{ file: "a.yaml", text: stringify(object) }])[0] ?? {};
  expect(problems).toEqual([]);
  const said = slos?.map(({ name, indicator }) => {
    const [part] = indicator.kind === "sums" ? indicator.part : [];
    return [name, part?.measure];
  });
  const holds = (op: string, value: number) => ({ kind: "samples", holds: { op, value } });
  expect(said).toEqual([
    ["queue-calm", holds("<", 10)],
    ["queue-bearable", holds("<=", 100)],
    ["queue-alive", holds(">", 0)],
  ]);
});
