/** The deployment files, checked by the programs that read them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { terminal } from "../cli/terminal.ts";

const run = (command: string, ...args: string[]): readonly [number | null, string] => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return [status, stdout + stderr];
};

it("promtool takes prometheus.yml with the rules that the dashboards command writes", async () => {
  const dir = mkdtempSync(join(tmpdir(), "slowburn-deploy-"));
  await terminal().run("dashboards", "--out", dir);
  const config = join(dir, "prometheus.yml");
  writeFileSync(
    config,
    readFileSync("src/deploy/prometheus.yml", "utf8").replace("/monitoring/", `${dir}/`),
  );
  const [status, said] = run("promtool", "check", "config", config);
  rmSync(dir, { recursive: true });
  expect(said).toMatch(/\d+ rules found/);
  expect(status).toBe(0);
});

it("amtool takes alertmanager.yml", () => {
  const [status, said] = run("amtool", "check-config", "src/deploy/alertmanager.yml");
  expect(said).toContain("2 receivers");
  expect(status).toBe(0);
});

// Not every machine that has the peers runs systemd.
it.skipIf(run("systemd-analyze", "--version")[0] !== 0)("systemd takes the unit", () => {
  expect(run("systemd-analyze", "verify", "src/deploy/slowburn.service")).toEqual([0, ""]);
});
