import { expect, test } from "vitest";
import {
  distinctLabelNames,
  escapeLabelValue,
  infoLabels,
  openLabels,
  streamLabels,
} from "../../src/export/labels.ts";
import { labelName, streamIndex } from "../../src/slo/index.ts";
import { fakeSlo } from "./fake-source.ts";

test.each([
  ["http.route", "http_route"],
  ["http_route", "http_route"],
  ["cost-center", "cost_center"],
  ["größe", "gr__e"],
  ["3rd", "key_3rd"],
  ["__name__", "key___name__"],
  ["", "key_"],
])("attribute %j is label %s", (attribute, label) => {
  expect(labelName(attribute)).toBe(label);
});

test.each([
  ["plain", ["http.route", "http.method"], ["http_route", "http_method"]],
  ["one of slowburn's own", ["service", "lookback"], ["exported_service", "exported_lookback"]],
  ["two alike", ["a.b", "a_b", "a-b"], ["a_b", "exported_a_b", "exported_a_b_2"]],
  ["one that looks renamed", ["exported_slo", "slo"], ["exported_slo", "exported_slo_2"]],
])("label names: %s", (_name, attributes, labels) => {
  expect(distinctLabelNames(attributes)).toEqual(labels);
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

test("an SLO without owner and runbook has no such labels", () => {
  const text = openLabels(infoLabels(fakeSlo("a/b")));
  expect(text).toBe(
    '{slo="a/b",service="a",name="b",window="30d",objective="99.9%",budgeting="occurrences",file="rules/a.yaml"',
  );
});
