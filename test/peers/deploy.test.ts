/** The deployment files, checked by the programs that read them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { terminal } from "../cli/terminal.ts";
import { runTool } from "./tool.ts";

it("promtool takes prometheus.yml with the rules that the dashboards command writes", async () => {
  const dir = mkdtempSync(join(tmpdir(), "slowburn-deploy-"));
  await terminal().run("dashboards", "--out", dir);
  const config = join(dir, "prometheus.yml");
  writeFileSync(
    config,
    readFileSync("src/deploy/prometheus.yml", "utf8").replace("/monitoring/", `${dir}/`),
  );
  const { exitCode, text } = runTool("promtool", ["check", "config", config]);
  rmSync(dir, { recursive: true });
  expect(text).toMatch(/\d+ rules found/);
  expect(exitCode).toBe(0);
});

it("amtool takes alertmanager.yml", () => {
  const { exitCode, text } = runTool("amtool", ["check-config", "src/deploy/alertmanager.yml"]);
  expect(text).toContain("2 receivers");
  expect(exitCode).toBe(0);
});

// Not every machine that has the peers runs systemd.
it.skipIf(runTool("systemd-analyze", ["--version"]).exitCode !== 0)(
  "systemd takes the unit",
  () => {
    expect(runTool("systemd-analyze", ["verify", "src/deploy/slowburn.service"])).toEqual({
      exitCode: 0,
      text: "",
    });
  },
);
