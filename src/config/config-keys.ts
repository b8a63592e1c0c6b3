/**
 * Every key of the configuration, once: names for file, environment and flags, `--help`, the README's table and
 * `--print-config` are all made of this.
 */
import { millis } from "../slo/index.ts";
import * as kinds from "./value-kinds.ts";
import type { ValueKind } from "./value-kinds.ts";

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

export interface ConfigKey<T = unknown> {
  readonly kind: ValueKind<T>;
  readonly default: T;
  readonly description: string;
}

const key = <T>(kind: ValueKind<T>, fallback: T, description: string): ConfigKey<T> => ({
  kind,
  default: fallback,
  description,
});
const unset = <T>(kind: ValueKind<T>, description: string): ConfigKey<T | undefined> =>
  key(kinds.optional(kind), undefined, description);

export interface ConfigValues {
  readonly dataDirectory: string;
  readonly rulesDirectory: string;
  readonly "otlpHttp.host": string;
  readonly "otlpHttp.port": number;
  readonly "otlpGrpc.host": string;
  readonly "otlpGrpc.port": number;
  readonly "api.host": string;
  readonly "api.port": number;
  readonly allowRemote: boolean;
  readonly "tls.certFile": string | undefined;
  readonly "tls.keyFile": string | undefined;
  readonly "tokens.ingest": kinds.SecretReference | undefined;
  readonly "tokens.api": kinds.SecretReference | undefined;
  readonly durability: "ack" | "interval";
  readonly evaluationInterval: ReturnType<typeof millis>;
  readonly "alertmanager.urls": readonly string[];
  readonly "alertmanager.bearerTokenFile": string | undefined;
  readonly "webhook.urls": readonly string[];
  readonly "webhook.bearerTokenFile": string | undefined;
  readonly externalUrl: string | undefined;
  readonly grafanaUrl: string | undefined;
  readonly "log.level": "debug" | "info" | "warn" | "error" | "silent";
  readonly "log.format": "json" | "text";
  readonly "archive.retention": ReturnType<typeof millis>;
  readonly "archive.maxBytes": number;
  readonly "limits.compressedBytes": number;
  readonly "limits.requestBytes": number;
  readonly "limits.series": number;
  readonly "limits.streams": number;
  readonly "limits.groups": number;
  readonly "limits.ruleFiles": number;
  readonly selfTelemetry: boolean;
}
export type ConfigName = keyof ConfigValues;

const LOOPBACK = "127.0.0.1";

/** In the order of help and print. */
export const CONFIG_KEYS: { readonly [Name in ConfigName]: ConfigKey<ConfigValues[Name]> } = {
  dataDirectory: key(kinds.path, "./data", "Where counts, alert states and the outbox are kept."),
  rulesDirectory: key(kinds.path, "./rules", "Where the SLO files are; watched for changes."),
  "otlpHttp.host": key(kinds.host, LOOPBACK, "Address OTLP/HTTP listens on."),
  "otlpHttp.port": key(kinds.port, 4318, "Port of OTLP/HTTP; 0 lets the system choose."),
  "otlpGrpc.host": key(kinds.host, LOOPBACK, "Address OTLP/gRPC listens on."),
  "otlpGrpc.port": key(kinds.port, 4317, "Port of OTLP/gRPC; 0 lets the system choose."),
  "api.host": key(kinds.host, LOOPBACK, "Address the API and /metrics listen on."),
  "api.port": key(kinds.port, 4319, "Port of the API and /metrics; 0 lets the system choose."),
  allowRemote: key(
    kinds.onOff,
    false,
    "Listen beyond loopback although TLS or a token is missing.",
  ),
  "tls.certFile": unset(kinds.path, "PEM certificate chain for all listeners."),
  "tls.keyFile": unset(kinds.path, "PEM private key of the certificate."),
  "tokens.ingest": unset(
    kinds.secretReference,
    "Bearer token that OTLP senders must show: file:… or env:…, never the token itself.",
  ),
  "tokens.api": unset(
    kinds.secretReference,
    "Bearer token for the API and /metrics: file:… or env:…",
  ),
  durability: key(
    kinds.choice("ack", "interval"),
    "ack",
    "ack: answer when the data survives a power cut. interval: answer at once, lose the last moments in a crash.",
  ),
  evaluationInterval: key(
    kinds.duration(100, 60_000),
    millis(10_000),
    "Width of the finest bucket, and of the tick that evaluates it.",
  ),
  "alertmanager.urls": key(
    kinds.urls,
    [],
    "Every Alertmanager of the cluster; each gets all alerts.",
  ),
  "alertmanager.bearerTokenFile": unset(kinds.path, "File with a bearer token for Alertmanager."),
  "webhook.urls": key(kinds.urls, [], "Receivers of Alertmanager's webhook format."),
  "webhook.bearerTokenFile": unset(kinds.path, "File with a bearer token for the webhooks."),
  externalUrl: unset(kinds.url, "Where people reach slowburn, for the links in alerts."),
  grafanaUrl: unset(kinds.url, "Where people reach Grafana, for the links to dashboards."),
  "log.level": key(
    kinds.choice("debug", "info", "warn", "error", "silent"),
    "info",
    "The least severe events that are logged.",
  ),
  "log.format": key(kinds.choice("text", "json"), "text", "Log lines for people or for machines."),
  "archive.retention": key(
    kinds.duration(HOUR_MS, 400 * 24 * HOUR_MS),
    millis(30 * 24 * HOUR_MS),
    "How long increments are kept for SLOs that are new or changed.",
  ),
  "archive.maxBytes": key(
    kinds.bytes(0, 64 * 1024 * MIB),
    256 * MIB,
    "Most that they take, in memory and on disk; beyond it the oldest are dropped. 0 keeps none.",
  ),
  "limits.compressedBytes": key(
    kinds.bytes(1024, 1024 * MIB),
    16 * MIB,
    "Largest compressed OTLP body, as it travels.",
  ),
  "limits.requestBytes": key(
    kinds.bytes(1024, 1024 * MIB),
    64 * MIB,
    "Largest OTLP body, after decompression if it was compressed.",
  ),
  "limits.series": key(
    kinds.count("<count>", 1, 20_000_000),
    2_000_000,
    "Most series; points of further ones are rejected.",
  ),
  "limits.streams": key(
    kinds.count("<count>", 1, 10_000_000),
    200_000,
    "Most SLOs and groups together; further groups go to their SLO's overflow group.",
  ),
  "limits.groups": key(
    kinds.count("<count>", 1, 10_000),
    10_000,
    "Largest groupLimit a rule file may ask for.",
  ),
  "limits.ruleFiles": key(kinds.count("<count>", 1, 100_000), 10_000, "Most rule files read."),
  selfTelemetry: key(
    kinds.onOff,
    true,
    "Send slowburn's own metrics to its own receiver, for the SLOs in rules/slowburn.yaml.",
  ),
};

export const CONFIG_NAMES: readonly ConfigName[] = Object.keys(CONFIG_KEYS) as ConfigName[]; // the table's own keys

/** `otlpHttp.port` → `SLOWBURN_OTLP_HTTP_PORT`. */
export const environmentName = (name: string): string =>
  `SLOWBURN_${words(name).join("_").toUpperCase()}`;
/** `otlpHttp.port` → `--otlp-http-port`. */
export const flagName = (name: string): string => `--${words(name).join("-").toLowerCase()}`;
/** `otlpHttp.port` → `otlpHttpPort`, as commander names it. */
export const optionName = (name: string): string =>
  name.replaceAll(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());

const words = (name: string): readonly string[] => name.split(/\.|(?=[A-Z])/);

/** The default as text; empty for none. */
export function defaultText(name: ConfigName): string {
  const { kind, default: fallback } = CONFIG_KEYS[name] as ConfigKey; // each kind shows values of its own key only
  return fallback === undefined ? "" : (kind.show(fallback) ?? "");
}
