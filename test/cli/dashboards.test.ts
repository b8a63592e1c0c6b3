import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { terminal } from "./terminal.ts";

const dir = mkdtempSync(join(tmpdir(), "slowburn-dashboards-"));
afterAll(() => rmSync(dir, { recursive: true }));

describe("slowburn dashboards", () => {
  it("writes files that exist, and says which", async () => {
    const out = join(dir, "monitoring");
    const ran = await terminal().run(
      "dashboards",
      "--out",
      out,
      "--slowburn-target",
      "slowburn.test:4319",
    );
    expect([ran.code, ran.err]).toEqual([0, ""]);
    const files = ran.out
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^wrote /, ""));
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect(existsSync(file)).toBe(true);
    const scrape = readFileSync(join(out, "prometheus/prometheus.yml"), "utf8");
    expect(scrape).toContain("slowburn.test:4319");
  });

  it("keeps configuration that was edited and says so, until --force", async () => {
    const out = join(dir, "edited");
    const file = join(out, "alertmanager/alertmanager.yml");
    await terminal().run("dashboards", "--out", out);
    writeFileSync(file, "# mine\n");
    const kept = await terminal().run("dashboards", "--out", out);
    expect([kept.code, kept.err]).toEqual([0, ""]);
    expect(kept.out).toContain(`kept ${file}: differs from ours, --force overwrites\n`);
    expect(readFileSync(file, "utf8")).toBe("# mine\n");
    const forced = await terminal().run("dashboards", "--out", out, "--force");
    expect(forced.out).toContain(`wrote ${file}\n`);
    expect(readFileSync(file, "utf8")).not.toBe("# mine\n");
  });

  it("exits with 2 when the folder cannot be made", async () => {
    const file = join(dir, "a-file");
    writeFileSync(file, "");
    const { code, err, out } = await terminal().run("dashboards", "--out", join(file, "below"));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/error write-failed: cannot write .*: cannot make .*no directory/);
  });

  // Linux only: Node's own recursive mkdir never comes back from here.
  it.skipIf(!existsSync("/proc/self"))("exits with 2 where no folder can be made", async () => {
    const { code, err, out } = await terminal().run("dashboards", "--out", "/proc/slowburn");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/cannot make \/proc\/slowburn: the file system takes no directories/);
  });
});
