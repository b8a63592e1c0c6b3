/** Ways in which a writer's request reaches slowburn. */
import { gzipSync } from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import { post } from "./otlp.ts";

type Body = Uint8Array<ArrayBuffer>;
/** Where slowburn listens now; a restart may take it to other ports. */
export type Listeners = () => { readonly http: string; readonly grpc: string };

export interface Transport {
  /**
   * True when the request was taken whole, false when it is to be sent again: slowburn is down, or asks for patience. Throws
   * `Refused` for any other answer.
   */
  deliver(body: Body): Promise<boolean>;
  close(): void;
}

class Refused extends Error {}

class HttpTransport implements Transport {
  readonly #listeners: Listeners;
  readonly #isGzip: boolean;

  constructor(listeners: Listeners, isGzip: boolean) {
    this.#listeners = listeners;
    this.#isGzip = isGzip;
  }

  async deliver(body: Body): Promise<boolean> {
    const { http } = this.#listeners();
    const sent = this.#isGzip
      ? post(http, new Uint8Array(gzipSync(body)), { "content-encoding": "gzip" })
      : post(http, body);
    const answer = await sent.catch(() => undefined); // it is down, and comes back
    if (answer === undefined || answer.status === 503) return false;
    if (answer.status === 200 && answer.body.length === 0) return true;
    throw new Refused(`${answer.status} ${Buffer.from(answer.body).toString()}`);
  }

  close(): void {
    // fetch has a pool of its own
  }
}

const EXPORT = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
const DEADLINE_MS = 10_000;
const same = (bytes: Buffer): Buffer => bytes;
/** What a client sees of a server that was killed: it went, or it never answered. */
const GONE: ReadonlySet<grpc.status> = new Set([
  grpc.status.UNAVAILABLE,
  grpc.status.DEADLINE_EXCEEDED,
  grpc.status.CANCELLED,
]);

class GrpcTransport implements Transport {
  readonly #listeners: Listeners;
  #url = "";
  #client: grpc.Client | undefined;

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
  }

  deliver(body: Body): Promise<boolean> {
    const options = { deadline: Date.now() + DEADLINE_MS };
    return new Promise((resolve, reject) => {
      const answered = (error: grpc.ServiceError | null, answer?: Buffer): void => {
        if (error === null && answer?.length === 0) resolve(true);
        else if (error !== null && GONE.has(error.code)) resolve(false);
        else reject(new Refused(`${error?.message ?? answer?.toString()}`));
      };
      const metadata = new grpc.Metadata();
      this.#connected().makeUnaryRequest(
        EXPORT,
        same,
        same,
        Buffer.from(body),
        metadata,
        options,
        answered,
      );
    });
  }

  #connected(): grpc.Client {
    const { grpc: url } = this.#listeners();
    if (this.#client !== undefined && this.#url === url) return this.#client;
    this.close();
    this.#url = url;
    this.#client = new grpc.Client(new URL(url).host, grpc.credentials.createInsecure(), {
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.min_reconnect_backoff_ms": 20,
      "grpc.max_reconnect_backoff_ms": 100,
    });
    return this.#client;
  }

  close(): void {
    this.#client?.close();
  }
}

export type TransportKind = "http" | "http-gzip" | "grpc";

export function openTransport(kind: TransportKind, listeners: Listeners): Transport {
  switch (kind) {
    case "http":
      return new HttpTransport(listeners, false);
    case "http-gzip":
      return new HttpTransport(listeners, true);
    case "grpc":
      return new GrpcTransport(listeners);
  }
}
