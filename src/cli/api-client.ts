/** Asks slowburn's API; every way it can fail is a sentence. */
import type {
  MetricsAnswer,
  PlanAnswer,
  PlanRequest,
  SloAnswer,
  SloDetailAnswer,
  SloListAnswer,
  StatusAnswer,
} from "../api/index.ts";
import { OperationError } from "../slo/index.ts";
import { apiAddress } from "./api-address.ts";
import type { CliPorts } from "./ports.ts";

export interface ApiClientSettings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
}

export interface SloFilter {
  readonly service?: string;
  /** Each as `name=value`; all must hold. */
  readonly label?: readonly string[];
}

const TIMEOUT_MS = 10_000;
/** Long names fit into an address then. */
const NAMES_AT_ONCE = 25;
const PLAN_TIMEOUT_MS = 240_000;

export class ApiClient {
  readonly url: string;
  readonly #settings: ApiClientSettings;
  constructor(settings: ApiClientSettings) {
    this.url = settings.url;
    this.#settings = settings;
  }

  /** All SLOs that pass the filter, page by page. Rejects with `OperationError` `unreachable` or `refused`. */
  async slos({
    service,
    label = [],
  }: SloFilter): Promise<{ at: string | null; slos: readonly SloAnswer[] }> {
    const slos: SloAnswer[] = [];
    let after: string | null = "";
    let at: string | null = null;
    while (after !== null) {
      const query = new URLSearchParams(label.map((text): [string, string] => ["label", text]));
      if (service !== undefined) query.set("service", service);
      if (after !== "") query.set("after", after);
      const page: SloListAnswer = await this.#read<SloListAnswer>(
        `/api/v1/slos?${query.toString()}`,
      );
      slos.push(...page.slos);
      at ??= page.at;
      after = page.next;
    }
    return { at, slos };
  }

  /** One SLO with all its groups; rejects with `refused` when slowburn does not know it. */
  slo(id: string): Promise<SloDetailAnswer> {
    return this.#read(`/api/v1/slos/${id.split("/").map(encodeURIComponent).join("/")}`);
  }

  /** The process itself: listeners, what was taken in, receivers of alerts. */
  status(): Promise<StatusAnswer> {
    return this.#read("/api/v1/status");
  }

  /** What series there show of metrics, by the names that rules call them. */
  async metrics(names: readonly string[]): Promise<MetricsAnswer> {
    const pages: MetricsAnswer[] = [];
    for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
      const asked = names.slice(from, from + NAMES_AT_ONCE);
      const query = new URLSearchParams(asked.map((name): [string, string] => ["name", name]));
      pages.push(
        await this.#read(`/api/v1/metrics?${query.toString()}`, undefined, PLAN_TIMEOUT_MS),
      );
    }
    return {
      metrics: pages.flatMap(({ metrics }) => metrics),
      unseen: pages.flatMap(({ unseen }) => unseen),
    };
  }

  /** What rule files would do there. Reads a million series at worst, so it may take its time. */
  plan(request: PlanRequest): Promise<PlanAnswer> {
    return this.#read("/api/v1/plan", JSON.stringify(request), PLAN_TIMEOUT_MS);
  }

  /** With a body it is a POST of JSON. */
  async #read<T>(path: string, posted?: string, timeoutMs = TIMEOUT_MS): Promise<T> {
    const { token } = this.#settings;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const type = posted === undefined ? {} : { "content-type": "application/json" };
    const signal = AbortSignal.timeout(timeoutMs);
    let response: Response;
    try {
      response = await this.#settings.fetch(this.url + path, {
        ...(posted === undefined ? {} : { method: "POST", body: posted }),
        headers: { ...type, ...authorization },
        signal,
        redirect: "error",
      });
    } catch (cause) {
      throw failure(
        "unreachable",
        `no answer from slowburn at ${this.url}: ${reasonOf(cause)}`,
        cause,
      );
    }
    const body = (await response.json().catch(() => undefined)) as unknown; // what is no JSON is no slowburn
    if (response.ok && body !== undefined) return body as T; // our own API's answer
    throw failure(
      "refused",
      `${this.url} answered ${response.status}: ${detailOf(body)}`,
      undefined,
    );
  }
}

/** To where the options or the configuration say. */
export const clientOf = (
  { url, tokenFile }: { readonly url: string | undefined; readonly tokenFile: string | undefined },
  ports: CliPorts,
): ApiClient =>
  new ApiClient({
    ...apiAddress(
      {
        ...(url === undefined ? {} : { url }),
        ...(tokenFile === undefined ? {} : { tokenFile }),
      },
      ports,
    ),
    fetch: ports.fetch,
  });

const failure = (code: string, message: string, cause: unknown): OperationError =>
  new OperationError(code, message, { cause, retryable: true });

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ECONNREFUSED") return "nothing listens there";
  if (cause instanceof Error && cause.name === "TimeoutError") return "it took too long";
  return code !== "" ? code : cause instanceof Error ? cause.message : String(cause);
}

function detailOf(body: unknown): string {
  if (typeof body !== "object" || body === null || !("detail" in body)) return "is it slowburn?";
  const hint = "hint" in body && typeof body.hint === "string" ? ` (${body.hint})` : "";
  return String(body.detail) + hint;
}
