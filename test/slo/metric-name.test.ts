import { describe, expect, test } from "vitest";
import { metricSpellings, prometheusLabel, prometheusName } from "../../src/slo/index.ts";

describe("the Prometheus name of a metric", () => {
  test.each([
    ["http.server.request.duration", "s", "histogram", "http_server_request_duration_seconds"],
    ["http.server.active_requests", "{request}", "gauge", "http_server_active_requests"],
    ["http.server.requests", "{request}", "counter", "http_server_requests_total"],
    ["requests_total", "1", "counter", "requests_total"],
    ["total.requests", "1", "counter", "requests_total"],
    ["system.cpu.utilization", "1", "gauge", "system_cpu_utilization_ratio"],
    ["system.network.io", "By", "counter", "system_network_io_bytes_total"],
    ["disk.io", "By/s", "gauge", "disk_io_bytes_per_second"],
    ["disk.io.bytes", "By/s", "gauge", "disk_io_bytes_per_second"],
    ["request.rate", "{request}/s", "gauge", "request_rate_per_second"],
    ["request.rate", "1/m", "gauge", "request_rate_per_minute"],
    ["duration_seconds", "s", "histogram", "duration_seconds"],
    ["rpc.duration", "ms", "histogram", "rpc_duration_milliseconds"],
    ["temperature", "Cel", "gauge", "temperature_celsius"],
    ["fuel", "gal", "gauge", "fuel_gal"],
    ["2xx.responses", "", "counter", "_2xx_responses_total"],
    ["a--b__c", "", "gauge", "a_b_c"],
    ["job:rate", "", "gauge", "job:rate"],
  ] as const)("%s in %j as a %s is %s", (name, unit, shape, expected) => {
    expect(prometheusName(name, unit, shape)).toBe(expected);
  });
});

describe("the names a rule may use", () => {
  test.each([
    [
      "http.server.request.duration",
      "s",
      "histogram",
      "http_server_request_duration_seconds_count",
    ],
    [
      "http.server.request.duration",
      "s",
      "histogram",
      "http_server_request_duration_seconds_bucket",
    ],
    ["http.server.request.duration", "s", "histogram", "http.server.request.duration"],
    ["http.server.request.duration", "s", "histogram", "http_server_request_duration"],
    ["http.requests", "{request}", "counter", "http_requests_total"],
    ["http.requests", "{request}", "counter", "http_requests"],
    ["rpc.latency", "ms", "summary", "rpc_latency_milliseconds_count"],
    // Prometheus 3 keeps the dots when it is told to, with suffixes or without.
    ["http.server.request.duration", "s", "histogram", "http.server.request.duration_bucket"],
    [
      "http.server.request.duration",
      "s",
      "histogram",
      "http.server.request.duration_seconds_bucket",
    ],
    ["http.requests", "{request}", "counter", "http.requests_total"],
    ["http.requests.total", "{request}", "counter", "http.requests_total"],
    ["disk.io", "By/s", "gauge", "disk.io_bytes_per_second"],
    ["disk.rate", "1/s", "gauge", "disk.rate_per_second"],
    ["cpu.utilization", "1", "gauge", "cpu.utilization_ratio"],
  ] as const)("%s in %j as a %s: %s", (name, unit, shape, rule) => {
    expect(metricSpellings(name, unit, shape)).toContain(rule);
  });

  test.each([
    ["http.server.request.duration", "s", "histogram", "http_server_request_duration_seconds_sum"],
    ["http.requests", "", "counter", "http_requests_count"],
    ["rpc.latency", "ms", "summary", "rpc_latency_milliseconds_bucket"],
  ] as const)("%s in %j as a %s: not %s", (name, unit, shape, rule) => {
    expect(metricSpellings(name, unit, shape)).not.toContain(rule);
  });

  test("each once", () => {
    const names = metricSpellings("requests_total", "", "counter");
    expect(names).toEqual([...new Set(names)]);
  });
});

describe("the label of an attribute", () => {
  test.each([
    ["http.route", "http_route"],
    ["http_route", "http_route"],
    ["k8s.pod-name", "k8s_pod_name"],
    ["a..b", "a__b"],
    ["5xx", "key_5xx"],
    ["größe", "gr__e"],
  ])("%s is %s", (key, label) => {
    expect(prometheusLabel(key)).toBe(label);
  });
});
