/** A real Prometheus in a process of its own, and questions to it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../bench/free-port.ts";
import { until } from "../e2e/until.ts";

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Reply {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}

export class Prometheus {
  readonly #url: string;
  readonly #stop: () => Promise<void>;

  private constructor(url: string, stop: () => Promise<void>) {
    this.#url = url;
    this.#stop = stop;
  }

  /** Data in `directory`/data; `scrapes` is a list of `scrape_configs` as YAML. */
  static async start(directory: string, scrapes: string): Promise<Prometheus> {
    const config = join(directory, "prometheus.yml");
    writeFileSync(config, `scrape_configs: ${scrapes}\n`);
    return Prometheus.startWith(config, directory);
  }

  /** As `start`, with a configuration that is there already. */
  static async startWith(config: string, directory: string): Promise<Prometheus> {
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      "/usr/bin/prometheus",
      [
        `--config.file=${config}`,
        `--web.listen-address=${address}`,
        `--storage.tsdb.path=${join(directory, "data")}`,
        "--storage.tsdb.retention.time=10y",
      ],
      { stdio: "ignore" },
    );
    const url = `http://${address}`;
    await until("Prometheus is ready", async () => (await fetch(`${url}/-/ready`)).ok);
    return new Prometheus(url, async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    });
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** Throws what Prometheus says is wrong with the query. `at` in seconds, now by default. */
  async query(query: string, at?: number): Promise<readonly Sample[]> {
    const reply = await this.#ask("query", {
      query,
      ...(at === undefined ? {} : { time: String(at) }),
    });
    return reply.data.result.map(({ metric, value }) => ({
      labels: metric,
      value: Number(value?.[1]),
    }));
  }

  /** Series over the last 30 s. */
  async range(query: string): Promise<number> {
    const now = Date.now() / 1000;
    const range = { start: String(now - 30), end: String(now), step: "5" };
    return (await this.#ask("query_range", { query, ...range })).data.result.length;
  }

  /** At which of `steps` + 1 moments, from `begin` (seconds) on, the expression has a result. */
  async holds(
    query: string,
    begin: number,
    steps: number,
    stepSeconds: number,
  ): Promise<readonly boolean[]> {
    const end = begin + steps * stepSeconds;
    const range = { start: String(begin), end: String(end), step: String(stepSeconds) };
    const { result } = (await this.#ask("query_range", { query, ...range })).data;
    const times = new Set(result.flatMap(({ values = [] }) => values.map(([time]) => time)));
    return Array.from({ length: steps + 1 }, (_each, step) =>
      times.has(begin + step * stepSeconds),
    );
  }

  /** Every value of the only series that a range selector has, oldest first. */
  async values(rangeSelector: string): Promise<readonly number[]> {
    const { result } = (await this.#ask("query", { query: rangeSelector })).data;
    return (result[0]?.values ?? []).map(([, value]) => Number(value));
  }

  /** `data` of an answer that has no query: `metadata`, `rules`. */
  async data<T>(path: string): Promise<T> {
    const reply = await fetch(`${this.#url}/api/v1/${path}`);
    return ((await reply.json()) as { readonly data: T }).data; // of Prometheus' API, in the shape the test names
  }

  async #ask(path: string, parameters: Readonly<Record<string, string>>): Promise<Reply> {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${this.#url}/api/v1/${path}`, { method: "POST", body });
    const reply = (await response.json()) as Reply;
    if (reply.error !== undefined) throw new Error(`${reply.error}: ${parameters["query"]}`);
    return reply;
  }
}
