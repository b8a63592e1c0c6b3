/** A real Alertmanager in a process of its own, read through amtool. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../bench/free-port.ts";
import { until } from "../e2e/until.ts";

export interface ActiveAlert {
  readonly fingerprint: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export class Alertmanager {
  readonly url: string;
  readonly #directory: string;
  #stop: () => Promise<void> = () => Promise.resolve();

  private constructor(url: string, directory: string) {
    this.url = url;
    this.#directory = directory;
  }

  /** An address to start one at; it listens after `start`. Its data is in `directory`. */
  static async at(directory: string): Promise<Alertmanager> {
    writeFileSync(
      join(directory, "am.yml"),
      "route: { receiver: none }\nreceivers: [{ name: none }]\n",
    );
    return new Alertmanager(`http://127.0.0.1:${await freePort()}`, directory);
  }

  async start(): Promise<void> {
    const child = spawn(
      "/usr/bin/prometheus-alertmanager",
      [
        `--config.file=${join(this.#directory, "am.yml")}`,
        `--storage.path=${join(this.#directory, "alertmanager")}`,
        `--web.listen-address=${new URL(this.url).host}`,
        "--cluster.listen-address=",
      ],
      { stdio: "ignore" },
    );
    this.#stop = async () => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    };
    await until("Alertmanager is ready", async () => (await fetch(`${this.url}/-/ready`)).ok);
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** Active alerts of an SLO, as amtool shows them. */
  active(slo: string): readonly ActiveAlert[] {
    const args = [`--alertmanager.url=${this.url}`, "alert", "query", "-o", "json", `slo=${slo}`];
    return JSON.parse(execFileSync("/usr/bin/amtool", args, { encoding: "utf8" })) as ActiveAlert[]; // amtool's own JSON
  }
}
