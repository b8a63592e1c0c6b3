import { expect, test } from "vitest";
import { distinctLabelNames, labelName } from "../../src/slo/index.ts";

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
  ["one of an alert's", ["group", "alertname"], ["exported_group", "exported_alertname"]],
  ["one that means something to Prometheus", ["le", "job"], ["exported_le", "exported_job"]],
  ["two alike", ["a.b", "a_b", "a-b"], ["a_b", "exported_a_b", "exported_a_b_2"]],
  ["one that looks renamed", ["exported_slo", "slo"], ["exported_slo", "exported_slo_2"]],
])("label names: %s", (_name, attributes, labels) => {
  expect(distinctLabelNames(attributes)).toEqual(labels);
});
