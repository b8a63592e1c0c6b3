/** What every part of the process is told; frozen. The keys that fill it are in config-keys.ts. */
import type { Millis } from "../slo/index.ts";
import type { Secret } from "./secret.ts";

export interface ArchiveConfig {
  readonly retentionMs: Millis;
  /** 0: nothing is archived. */
  readonly maxBytes: number;
}

export interface ListenConfig {
  /** A host name or address, IPv6 without brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export interface NotifyConfig {
  readonly urls: readonly string[];
  /** Read before each request. */
  readonly bearerTokenFile: string | undefined;
}

export interface LimitsConfig {
  /** Of an OTLP body as it travels. */
  readonly compressedBytes: number;
  /** Of an OTLP body after decompression. */
  readonly requestBytes: number;
  readonly series: number;
  readonly streams: number;
  /** Most groups an SLO may ask for with `groupLimit`. */
  readonly groups: number;
  readonly ruleFiles: number;
}

export interface SlowburnConfig {
  readonly dataDirectory: string;
  readonly rulesDirectory: string;
  readonly otlpHttp: ListenConfig;
  readonly otlpGrpc: ListenConfig;
  readonly api: ListenConfig;
  /** Listens beyond loopback without TLS and tokens, because the operator said so. */
  readonly allowRemote: boolean;
  /** Files, both readable. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly tokens: { readonly ingest: Secret | undefined; readonly api: Secret | undefined };
  readonly durability: "ack" | "interval";
  /** Width of the finest bucket and of the tick: the evaluation interval. */
  readonly bucketMs: Millis;
  readonly alertmanager: NotifyConfig;
  readonly webhook: NotifyConfig;
  /** Where people reach slowburn, for links; without a slash at its end. */
  readonly externalUrl: string | undefined;
  readonly grafanaUrl: string | undefined;
  readonly log: {
    readonly level: "debug" | "info" | "warn" | "error" | "silent";
    readonly format: "json" | "text";
  };
  readonly archive: ArchiveConfig;
  readonly limits: LimitsConfig;
  readonly selfTelemetry: boolean;
  /** Where each key's value came from: `default`, `file slowburn.yaml:3`, `SLOWBURN_API_PORT`, `--api-port`. */
  readonly sources: Readonly<Record<string, string>>;
}
