/** What tests ask a running slowburn: its own API, and `/metrics` through the independent reader of test/export. */
import type {
  AlertListAnswer,
  ReadingAnswer,
  RulesAnswer,
  SloDetailAnswer,
  SloListAnswer,
  StatusAnswer,
} from "../../src/api/index.ts";
import { parseExposition, type ParsedSample } from "../export/parse-exposition.ts";
import { until } from "./until.ts";

export class ApiClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async #ask<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T; // test/api holds the answers against their schemas
  }

  slos(): Promise<SloListAnswer> {
    return this.#ask("/api/v1/slos");
  }
  slo(id: string): Promise<SloDetailAnswer> {
    return this.#ask(`/api/v1/slos/${id}`);
  }
  rules(): Promise<RulesAnswer> {
    return this.#ask("/api/v1/rules");
  }
  status(): Promise<StatusAnswer> {
    return this.#ask("/api/v1/status");
  }
  async alerts(): Promise<AlertListAnswer["alerts"]> {
    return (await this.#ask<AlertListAnswer>("/api/v1/alerts")).alerts;
  }

  /** The reading of an SLO without groups, or of its group with this one attribute value. */
  async reading(id: string, group?: string): Promise<ReadingAnswer> {
    const { groups } = await this.slo(id);
    const found = groups.find(
      (each) => group === undefined || Object.values(each.group)[0] === group,
    );
    if (found === undefined) throw new Error(`${id} has no stream ${group ?? ""}`);
    return found;
  }

  /** [good, total] in the SLO's window, once everything acknowledged before the call is in it. */
  async counts(id: string, group?: string): Promise<readonly [good: number, total: number]> {
    await this.settled();
    const { good, total } = await this.reading(id, group);
    return [good, total];
  }

  /** Waits for the tick that closes the bucket of this moment. */
  async settled(): Promise<void> {
    const now = Date.now();
    await until("the next tick", async () => Date.parse((await this.slos()).at ?? "") >= now);
  }

  async metrics(): Promise<readonly ParsedSample[]> {
    const response = await fetch(`${this.url}/metrics`, { headers: { accept: "text/plain" } });
    return parseExposition(await response.text(), "text").flatMap(({ samples }) => samples);
  }

  /** The one sample with these labels, among others it may have. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const found = (await this.metrics()).filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
    const [only] = found;
    if (only === undefined || found.length > 1)
      throw new Error(`${found.length} samples of ${name} ${JSON.stringify(labels)}`);
    return only.value;
  }
}
