/** The files beside the dashboards: what Grafana, Prometheus and Alertmanager have to be told to work with slowburn. */
import { stringify } from "yaml";

export interface ProvisioningSettings {
  /** Prometheus as Grafana reaches it. */
  readonly prometheusUrl: string;
  /** slowburn as Prometheus reaches it, `host:port`. */
  readonly slowburnTarget: string;
  /** The folder of the dashboard files as Grafana sees it. */
  readonly dashboardsPath: string;
}

export interface ProvisionedFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly text: string;
  /** To be filled in by its reader: one that differs is not overwritten unasked. */
  readonly isEditable?: true;
}

/** Where the dashboards' JSON goes. */
export const DASHBOARDS_DIR = "grafana/dashboards";

const yaml = (comment: string, value: unknown): string =>
  `${comment.replaceAll(/^/gm, "# ")}\n${stringify(value, { lineWidth: 0 })}`;

/** Files for `/etc/grafana/provisioning`, prometheus.yml and alertmanager.yml; and what a linter of the dashboards is told. */
export function provisioning(settings: ProvisioningSettings): readonly ProvisionedFile[] {
  return [
    { path: "grafana/provisioning/datasources/slowburn.yaml", text: datasource(settings) },
    { path: "grafana/provisioning/dashboards/slowburn.yaml", text: provider(settings) },
    { path: `${DASHBOARDS_DIR}/.lint`, text: lintExclusions() },
    { path: "prometheus/prometheus.yml", text: prometheus(settings), isEditable: true },
    { path: "alertmanager/alertmanager.yml", text: alertmanager(), isEditable: true },
  ];
}

function datasource({ prometheusUrl }: ProvisioningSettings): string {
  return yaml(
    "Copy to /etc/grafana/provisioning/datasources: the Prometheus that scrapes slowburn.",
    {
      apiVersion: 1,
      datasources: [
        {
          name: "slowburn",
          uid: "slowburn",
          type: "prometheus",
          access: "proxy",
          url: prometheusUrl,
          jsonData: { httpMethod: "POST", prometheusType: "Prometheus", timeInterval: "15s" },
        },
      ],
    },
  );
}

function provider({ dashboardsPath }: ProvisioningSettings): string {
  return yaml(
    "Copy to /etc/grafana/provisioning/dashboards: loads the dashboard files and follows their changes.",
    {
      apiVersion: 1,
      providers: [
        {
          name: "slowburn",
          type: "file",
          folder: "slowburn",
          disableDeletion: true,
          allowUiUpdates: false,
          updateIntervalSeconds: 30,
          options: { path: dashboardsPath },
        },
      ],
    },
  );
}

function lintExclusions(): string {
  const reason =
    "The numbers of an SLO do not depend on who exposes or scrapes them: queries choose by slo, service and group.";
  const rules = ["template-job", "template-instance", "target-job", "target-instance"];
  return yaml("For grafana/dashboard-linter, whose other rules these dashboards keep.", {
    exclusions: Object.fromEntries(rules.map((rule) => [`${rule}-rule`, { reason }])),
  });
}

function prometheus({ slowburnTarget }: ProvisioningSettings): string {
  return yaml(
    "For prometheus.yml: scrapes slowburn and watches it. slowburn sends its SLO alerts to Alertmanager itself;\nwhat is under `rule_files` only tells when slowburn is down or broken.",
    {
      rule_files: ["slowburn-monitoring.rules.yaml"],
      scrape_configs: [
        {
          job_name: "slowburn",
          scrape_interval: "15s",
          static_configs: [{ targets: [slowburnTarget] }],
        },
      ],
    },
  );
}

function alertmanager(): string {
  return yaml(
    "For alertmanager.yml: one notification per SLO, pages apart from tickets. Fill in the receivers.\nNo inhibit_rules are needed: slowburn holds back a ticket while the same SLO or group pages.",
    {
      route: {
        receiver: "tickets",
        group_by: ["alertname", "slo"],
        group_wait: "10s",
        routes: [{ matchers: ['severity="page"'], receiver: "pager" }],
      },
      receivers: [{ name: "tickets" }, { name: "pager" }],
    },
  );
}
