import { expect, test } from "vitest";
import { escapeLabelValue, infoLabels, openLabels, streamLabels } from "../../src/export/labels.ts";
import { METRICS, type Metric } from "../../src/export/index.ts";
import { OWN_LABELS, streamIndex } from "../../src/slo/index.ts";
import { alertLabels } from "../../src/alerts/alert-labels.ts";
import { fakeSlo } from "./fake-source.ts";

test("every label of an SLO's metrics is one that nothing else can take", () => {
  const labels = Object.values<Metric>(METRICS)
    .filter(({ of }) => of !== "process")
    .flatMap((metric) => metric.labels ?? []);
  expect(labels).toContain("lookback");
  for (const label of ["slo", "service", "group", ...labels]) expect(OWN_LABELS).toContain(label);
});

test.each([
  ["plain /path?x=1", "plain /path?x=1"],
  ['say "hi"', 'say \\"hi\\"'],
  ["C:\\temp", "C:\\\\temp"],
  ["two\nlines", "two\\nlines"],
  ['\\"\n', '\\\\\\"\\n'],
])("value %j is written %j", (value, written) => {
  expect(escapeLabelValue(value)).toBe(written);
});

test("a group shows its attributes, and all of them in `group`", () => {
  const slo = fakeSlo("checkout/routes", { per: ["http.route", "service"] });
  const view = { index: streamIndex(0), slo, group: ["/pay", "web"], key: "k" };
  expect(openLabels(streamLabels(view))).toBe(
    '{slo="checkout/routes",service="checkout",group="/pay, web",http_route="/pay",exported_service="web"',
  );
});

test("a group is called alike on a metric and on its alert", () => {
  const slo = fakeSlo("checkout/routes", { per: ["group", "alertname", "le", "lookback", "a.b"] });
  const view = { index: streamIndex(0), slo, group: ["1", "2", "3", "4", "5"], key: "k" };
  const [shown, alert] = [Object.fromEntries(streamLabels(view)), alertLabels(view, "page")];
  for (const [name, value] of [
    ["exported_group", "1"],
    ["exported_alertname", "2"],
    ["exported_le", "3"],
    ["exported_lookback", "4"],
    ["a_b", "5"],
  ] as const)
    expect([shown[name], alert[name]], name).toEqual([value, value]);
});

test("an SLO without owner and runbook has no such labels", () => {
  const text = openLabels(infoLabels(fakeSlo("a/b")));
  expect(text).toBe(
    '{slo="a/b",service="a",name="b",window="30d",objective="99.9%",budgeting="occurrences",file="rules/a.yaml"',
  );
});
