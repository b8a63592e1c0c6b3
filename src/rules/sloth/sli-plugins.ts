/**
 * Sloth's common SLI plugins (slok/sloth-common-sli-plugins), and the one of its first steps: each is a program that makes
 * queries from its options. Those whose queries are known are made here; of any other only its author knows what it asks.
 */

export interface PluginQueries {
  readonly part: string;
  readonly total: string;
  readonly count: "good" | "bad";
}

interface SliPlugin {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  queries(options: Options): PluginQueries;
}

type Options = Readonly<Record<string, string>>;

const ERRORS = 'code=~"(5..|429)"';

/** `filter: '{a="b",}'` and more conditions → one list of them. */
const conditions = (options: Options, ...others: readonly string[]): string =>
  [(options["filter"] ?? "").replaceAll(/^[{},\s]+|[{},\s]+$/g, ""), ...others]
    .filter((condition) => condition !== "")
    .join(",");

const rateOf = (metric: string, where: string): string =>
  `sum(rate(${metric}{${where}}[{{.window}}]))`;

/** A condition that an option is the value of. */
type Scope = readonly (readonly [option: string, condition: (value: string) => string])[];

/** Bad are the events of the metric that also satisfy `errors`. */
const availability = (
  metric: string,
  errors: string | ((options: Options) => string),
  scope: Scope = [],
  optional: readonly string[] = [],
): SliPlugin => ({
  required: scope.map(([option]) => option),
  optional: ["filter", ...optional],
  queries(options) {
    const where = conditions(options, ...scoped(scope, options));
    const bad = typeof errors === "string" ? errors : errors(options);
    return {
      part: rateOf(metric, [where, bad].filter((text) => text !== "").join(",")),
      total: rateOf(metric, where),
      count: "bad",
    };
  },
});

/** Good are the events in the option `bucket` of the histogram; errors can be left out of all. */
const latency = (
  histogram: string,
  { scope = [], where = [], canExclude = false }: LatencyForm = {},
): SliPlugin => ({
  required: ["bucket", ...scope.map(([option]) => option)],
  optional: ["filter", ...(canExclude ? ["exclude_errors"] : [])],
  queries(options) {
    const isExcluding = /^(?:1|t|true)$/i.test(options["exclude_errors"] ?? "");
    const errors = isExcluding ? ['code!~"5.."'] : [];
    const all = conditions(options, ...scoped(scope, options), ...where, ...errors);
    const bucket = [all, `le=${quoted(options["bucket"] ?? "")}`].filter((text) => text !== "");
    return {
      part: rateOf(`${histogram}_bucket`, bucket.join(",")),
      total: rateOf(`${histogram}_count`, all),
      count: "good",
    };
  },
});

interface LatencyForm {
  readonly scope?: Scope;
  readonly where?: readonly string[];
  readonly canExclude?: boolean;
}

const scoped = (scope: Scope, options: Options): readonly string[] =>
  scope.map(([option, condition]) => condition(options[option] ?? ""));

const quoted = (text: string): string => JSON.stringify(text.trim());
const equal =
  (label: string) =>
  (value: string): string =>
    `${label}=${quoted(value)}`;
const like =
  (label: string) =>
  (value: string): string =>
    `${label}=~${quoted(value)}`;

const ISTIO: Scope = [
  ["service", equal("destination_service_name")],
  ["namespace", equal("destination_service_namespace")],
];
const KOOPER: Scope = [["controller", equal("controller")]];
const TRAEFIK_1: Scope = [["backend_regex", like("backend")]];
const TRAEFIK_2: Scope = [["service_name_regex", like("service")]];
const KOOPER_EVENTS = "kooper_controller_processed_event_duration_seconds";

/** By what follows `sloth-common/`. */
const PLUGINS: Readonly<Record<string, SliPlugin>> = {
  "coredns/availability": availability(
    "coredns_dns_responses_total",
    (options) => like("rcode")(options["custom_rcode_regex"] ?? "SERVFAIL"),
    [],
    ["custom_rcode_regex"],
  ),
  "coredns/latency": latency("coredns_dns_request_duration_seconds"),
  "haproxy/frontend/availability": availability(
    "haproxy_frontend_http_responses_total",
    'code="5xx"',
  ),
  "istio/v1/availability": availability(
    "istio_requests_total",
    'response_code=~"(5..|429)"',
    ISTIO,
  ),
  "istio/v1/latency": latency("istio_request_duration_milliseconds", {
    scope: ISTIO,
    canExclude: true,
  }),
  "kubernetes/apiserver/availability": availability("apiserver_request_total", ERRORS),
  "kubernetes/apiserver/latency": latency("apiserver_request_duration_seconds", {
    where: ['verb!="WATCH"'],
  }),
  "kubernetes/kooper/availability": kooperAvailability(),
  "kubernetes/kooper/latency": latency(KOOPER_EVENTS, { scope: KOOPER }),
  "kubernetes/kooper/queue-congestion": latency(
    "kooper_controller_event_in_queue_duration_seconds",
    { scope: KOOPER },
  ),
  "kubernetes/nginx-ingress/availability": availability(
    "nginx_ingress_controller_requests",
    'status=~"(5..|429)"',
  ),
  "prometheus/rules/eval-availability": {
    required: [],
    optional: ["filter"],
    queries: (options) => ({
      part: rateOf("prometheus_rule_evaluation_failures_total", conditions(options)),
      total: rateOf("prometheus_rule_evaluations_total", conditions(options)),
      count: "bad",
    }),
  },
  "prometheus/targets/availability": {
    required: [],
    optional: ["filter"],
    queries: (options) => ({
      part: `sum(count_over_time((up{${conditions(options)}} == 0)[{{.window}}:]))`,
      total: `sum(count_over_time(up{${conditions(options)}}[{{.window}}:]))`,
      count: "bad",
    }),
  },
  "slok-go-http-metrics/availability": availability("http_request_duration_seconds_count", ERRORS),
  "slok-go-http-metrics/latency": latency("http_request_duration_seconds", { canExclude: true }),
  "traefik/v1/availability": availability("traefik_backend_requests_total", ERRORS, TRAEFIK_1),
  "traefik/v1/latency": latency("traefik_backend_request_duration_seconds", {
    scope: TRAEFIK_1,
    canExclude: true,
  }),
  "traefik/v2/availability": availability(
    "traefik_service_requests_total",
    'code=~"(5..)"',
    TRAEFIK_2,
  ),
  "traefik/v2/latency": latency("traefik_service_request_duration_seconds", {
    scope: TRAEFIK_2,
    canExclude: true,
  }),
};

/** An event that is queued again is one event with the next try. */
function kooperAvailability(): SliPlugin {
  return {
    required: ["controller"],
    optional: ["filter"],
    queries(options) {
      const where = conditions(options, ...scoped(KOOPER, options));
      const again = rateOf("kooper_controller_queued_events_total", `${where},requeue="true"`);
      return {
        part: rateOf(`${KOOPER_EVENTS}_count`, `${where},success="false"`),
        total: `${rateOf(`${KOOPER_EVENTS}_count`, where)} - (${again} or vector(0))`,
        count: "bad",
      };
    },
  };
}

const BY_ID: ReadonlyMap<string, SliPlugin> = new Map([
  ...Object.entries(PLUGINS).map(([name, plugin]) => [`sloth-common/${name}`, plugin] as const),
  [
    "getting_started_availability", // slok/sloth, examples/plugins/getting-started
    availability("http_request_duration_seconds_count", ERRORS, [["job", equal("job")]]),
  ],
]);

export const SLI_PLUGIN_IDS: readonly string[] = [...BY_ID.keys()];

export const sliPlugin = (id: string): SliPlugin | undefined => BY_ID.get(id);
