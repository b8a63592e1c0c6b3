/** Sloth's common plugins: what each asks, given its options, as an indicator. */
import { describe, expect, test } from "vitest";
import { readRuleFile } from "../../../src/rules/index.ts";
import { SLI_PLUGIN_IDS } from "../../../src/rules/sloth/sli-plugins.ts";
import { textOf } from "../../promql/rendering.ts";

function indicatorOf(id: string, options: Readonly<Record<string, string>>) {
  const text = JSON.stringify({
    version: "prometheus/v1",
    service: "shop",
    slos: [
      {
        name: "slo",
        objective: 99,
        sli: { plugin: { id, options } },
        alerting: { page_alert: { disable: true }, ticket_alert: { disable: true } },
      },
    ],
  });
  const { slos, problems } = readRuleFile({ file: "x.yaml", text });
  expect(problems).toEqual([]);
  const indicator = slos[0]?.indicator;
  if (indicator?.kind !== "sums") throw new Error("queries become sums");
  return textOf({ indicator, per: [], notes: [], problems: [] });
}

const ROWS: readonly (readonly [id: string, options: Record<string, string>, expected: string])[] =
  [
    [
      "sloth-common/coredns/availability",
      { custom_rcode_regex: "SERVFAIL|REFUSED" },
      'bad coredns_dns_responses_total{rcode=~"SERVFAIL|REFUSED"} of coredns_dns_responses_total',
    ],
    [
      "sloth-common/coredns/latency",
      { bucket: "0.032", filter: '{pod="a",}' },
      'good coredns_dns_request_duration_seconds_bucket{pod="a"}<=0.032 of coredns_dns_request_duration_seconds_count{pod="a"}',
    ],
    [
      "sloth-common/haproxy/frontend/availability",
      {},
      'bad haproxy_frontend_http_responses_total{code="5xx"} of haproxy_frontend_http_responses_total',
    ],
    [
      "sloth-common/istio/v1/availability",
      { service: "a", namespace: "b" },
      'bad istio_requests_total{destination_service_name="a",destination_service_namespace="b",response_code=~"(5..|429)"} of istio_requests_total{destination_service_name="a",destination_service_namespace="b"}',
    ],
    [
      "sloth-common/istio/v1/latency",
      { service: "a", namespace: "b", bucket: "300", exclude_errors: "true" },
      'good istio_request_duration_milliseconds_bucket{destination_service_name="a",destination_service_namespace="b",code!~"5.."}<=300 of istio_request_duration_milliseconds_count{destination_service_name="a",destination_service_namespace="b",code!~"5.."}',
    ],
    [
      "sloth-common/kubernetes/apiserver/availability",
      { filter: 'a="b"' },
      'bad apiserver_request_total{a="b",code=~"(5..|429)"} of apiserver_request_total{a="b"}',
    ],
    [
      "sloth-common/kubernetes/apiserver/latency",
      { bucket: "0.4" },
      'good apiserver_request_duration_seconds_bucket{verb!="WATCH"}<=0.4 of apiserver_request_duration_seconds_count{verb!="WATCH"}',
    ],
    [
      "sloth-common/kubernetes/kooper/availability",
      { controller: "c" },
      'bad kooper_controller_processed_event_duration_seconds_count{controller="c",success="false"} of kooper_controller_processed_event_duration_seconds_count{controller="c"} - kooper_controller_queued_events_total{controller="c",requeue="true"}',
    ],
    [
      "sloth-common/kubernetes/kooper/latency",
      { controller: "c", bucket: "5" },
      'good kooper_controller_processed_event_duration_seconds_bucket{controller="c"}<=5 of kooper_controller_processed_event_duration_seconds_count{controller="c"}',
    ],
    [
      "sloth-common/kubernetes/kooper/queue-congestion",
      { controller: "c", bucket: "5" },
      'good kooper_controller_event_in_queue_duration_seconds_bucket{controller="c"}<=5 of kooper_controller_event_in_queue_duration_seconds_count{controller="c"}',
    ],
    [
      "sloth-common/kubernetes/nginx-ingress/availability",
      {},
      'bad nginx_ingress_controller_requests{status=~"(5..|429)"} of nginx_ingress_controller_requests',
    ],
    [
      "sloth-common/prometheus/rules/eval-availability",
      {},
      "bad prometheus_rule_evaluation_failures_total of prometheus_rule_evaluations_total",
    ],
    [
      "sloth-common/prometheus/targets/availability",
      { filter: 'job="a"' },
      'bad samples(up{job="a"} == 0) of samples(up{job="a"})',
    ],
    [
      "sloth-common/slok-go-http-metrics/availability",
      { filter: 'job="a"' },
      'bad http_request_duration_seconds_count{job="a",code=~"(5..|429)"} of http_request_duration_seconds_count{job="a"}',
    ],
    [
      "sloth-common/slok-go-http-metrics/latency",
      { bucket: "0.25", exclude_errors: "false" },
      "good http_request_duration_seconds_bucket<=0.25 of http_request_duration_seconds_count",
    ],
    [
      "sloth-common/traefik/v1/availability",
      { backend_regex: "^github.com/a.*$" },
      'bad traefik_backend_requests_total{backend=~"^github.com/a.*$",code=~"(5..|429)"} of traefik_backend_requests_total{backend=~"^github.com/a.*$"}',
    ],
    [
      "sloth-common/traefik/v1/latency",
      { backend_regex: "a", bucket: "0.3" },
      'good traefik_backend_request_duration_seconds_bucket{backend=~"a"}<=0.3 of traefik_backend_request_duration_seconds_count{backend=~"a"}',
    ],
    [
      "sloth-common/traefik/v2/availability",
      { service_name_regex: "a" },
      'bad traefik_service_requests_total{service=~"a",code=~"(5..)"} of traefik_service_requests_total{service=~"a"}',
    ],
    [
      "sloth-common/traefik/v2/latency",
      { service_name_regex: "a", bucket: "0.3" },
      'good traefik_service_request_duration_seconds_bucket{service=~"a"}<=0.3 of traefik_service_request_duration_seconds_count{service=~"a"}',
    ],
    [
      "getting_started_availability",
      { job: "shop", filter: 'f1="v1",f2="v2"' },
      'bad http_request_duration_seconds_count{f1="v1",f2="v2",job="shop",code=~"(5..|429)"} of http_request_duration_seconds_count{f1="v1",f2="v2",job="shop"}',
    ],
  ];

describe("a common plugin", () => {
  test.each(ROWS)("%s of %j", (id, options, expected) => {
    expect(indicatorOf(id, options)).toBe(expected);
  });

  test("is one of the rows above", () => {
    expect(ROWS.map(([id]) => id)).toEqual(SLI_PLUGIN_IDS);
  });
});
