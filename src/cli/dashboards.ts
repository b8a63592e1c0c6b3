/** `slowburn dashboards`: Grafana dashboards and the files beside them, written to a folder. */
import type { Command } from "commander";
import { writeDashboards, type WriteSettings, type WrittenFile } from "../export/index.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";

const EXAMPLES = `
Examples:
  $ slowburn dashboards --out ./monitoring
  $ slowburn dashboards --out ./monitoring --prometheus-url http://prometheus:9090 --slowburn-target slowburn:4319

Then import grafana/dashboards/*.json by hand, or copy grafana/provisioning to /etc/grafana/provisioning.
prometheus.yml and alertmanager.yml are yours once they are there: what you changed in them is kept, without --force.
A running slowburn serves the same dashboards at /dashboards.`;

interface DashboardsOptions extends WriteSettings {
  readonly out: string;
}

export function addDashboards(
  program: Command,
  ports: CliPorts,
  done: (exitCode: number) => void,
): void {
  program
    .command("dashboards")
    .summary("write Grafana dashboards and provisioning files")
    .description(
      "Writes Grafana dashboards, provisioning files, and Prometheus and Alertmanager configuration.",
    )
    .requiredOption("--out <dir>", "folder to write to; made when it is missing")
    .option("--prometheus-url <url>", "Prometheus as Grafana reaches it (http://localhost:9090)")
    .option("--slowburn-target <host:port>", "slowburn as Prometheus reaches it (localhost:4319)")
    .option(
      "--dashboards-path <dir>",
      "the dashboards' folder as Grafana sees it (the one written)",
    )
    .option("--force", "overwrite prometheus.yml and alertmanager.yml too when they differ")
    .addHelpText("after", EXAMPLES)
    .action(({ out, ...settings }: DashboardsOptions) => {
      ports.out(writeDashboards(out, settings).map(fileLine).join(""));
      done(EXIT.fine);
    });
}

const fileLine = ({ path, outcome }: WrittenFile): string =>
  outcome === "written"
    ? `wrote ${path}\n`
    : `kept ${path}: differs from ours, --force overwrites\n`;
