/** Flags over environment over file over defaults → one frozen configuration, or every reason why there is none. */
import { existsSync, readFileSync } from "node:fs";
import type { Problem } from "../slo/index.ts";
import { checkConfig } from "./check-config.ts";
import {
  CONFIG_KEYS,
  CONFIG_NAMES,
  type ConfigKey,
  type ConfigName,
  type ConfigValues,
} from "./config-keys.ts";
import {
  CONFIG_FILE_VARIABLE,
  environmentLayer,
  fileLayer,
  flagLayer,
  type Layer,
  type Setting,
} from "./layers.ts";
import type { ConfigProblemCode } from "./problem-codes.ts";
import { resolveSecret } from "./resolve-secret.ts";
import type { SlowburnConfig } from "./slowburn-config.ts";

export interface ConfigInput {
  /** Options as commander parsed them; `config` names the file. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface ConfigReading {
  /** Absent when a problem is an error. */
  readonly config: SlowburnConfig | undefined;
  readonly problems: readonly Problem[];
  /** The configuration file that was read. */
  readonly file: string | undefined;
}

/** Read when neither `--config` nor SLOWBURN_CONFIG names a file, and it is there. */
const DEFAULT_CONFIG_FILE = "slowburn.yaml";
const MAX_CONFIG_BYTES = 1024 * 1024;

/** Reads the configuration file and the secrets that are referred to. Never throws for what they hold. */
export function loadConfig({ flags = {}, environment = {} }: ConfigInput): ConfigReading {
  const problems: Problem[] = [];
  const file = configFile(flags, environment);
  const layers: readonly Layer[] = [
    ...(file === undefined ? [] : [readFileLayer(file)]),
    environmentLayer(environment),
    flagLayer(flags),
  ];
  const chosen = new Map<ConfigName, Setting>();
  const values: Record<string, unknown> = {};
  for (const name of CONFIG_NAMES) values[name] = CONFIG_KEYS[name].default;
  for (const layer of layers) {
    problems.push(...layer.problems);
    for (const setting of layer.settings) {
      const { kind } = CONFIG_KEYS[setting.name] as ConfigKey; // each kind reads values of its own key only
      const read = kind.read(setting.raw, setting.baseDirectory);
      if (read.kind === "refused") problems.push(refusal(setting, read.message, read.hint));
      else {
        values[setting.name] = read.value;
        chosen.set(setting.name, setting);
      }
    }
  }
  const report = (name: ConfigName, code: ConfigProblemCode, message: string, hint?: string) =>
    problems.push(problemOf(code, chosen.get(name)?.place ?? { path: name }, message, hint));
  // Every name was given a value of its own kind above.
  const config = build(values as unknown as ConfigValues, chosen, (name) =>
    resolveSecret(values[name] as ConfigValues["tokens.ingest"], environment, (message, hint) =>
      report(name, "secret-reference", message, hint),
    ),
  );
  checkConfig(config, report);
  const isSound = !problems.some(({ severity }) => severity === "error");
  return { config: isSound ? config : undefined, problems, file };
}

function configFile(
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const named = flags["config"] ?? environment[CONFIG_FILE_VARIABLE];
  if (typeof named === "string" && named !== "") return named;
  return existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : undefined;
}

function readFileLayer(file: string): Layer {
  try {
    const content = readFileSync(file);
    if (content.length > MAX_CONFIG_BYTES) throw new Error("it is over 1 MiB");
    return fileLayer(file, content.toString("utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "it does not exist" : (code ?? message);
    const problem = problemOf(
      "config-unreadable",
      { file, path: "" },
      `the configuration cannot be read: ${reason}`,
    );
    return { settings: [], problems: [problem] };
  }
}

function refusal(setting: Setting, message: string, hint: string | undefined): Problem {
  const isSecret = setting.name.startsWith("tokens.");
  return problemOf(
    isSecret ? "secret-reference" : "invalid-value",
    setting.place,
    `${setting.name}: ${message}`,
    hint,
  );
}

function problemOf(
  code: ConfigProblemCode,
  place: Setting["place"],
  message: string,
  hint?: string,
): Problem {
  return { code, severity: "error", message, ...(hint === undefined ? {} : { hint }), ...place };
}

function build(
  values: ConfigValues,
  chosen: ReadonlyMap<ConfigName, Setting>,
  secretOf: (name: "tokens.ingest" | "tokens.api") => SlowburnConfig["tokens"]["ingest"],
): SlowburnConfig {
  const listen = (name: "otlpHttp" | "otlpGrpc" | "api") =>
    Object.freeze({ host: values[`${name}.host`], port: values[`${name}.port`] });
  const notify = (name: "alertmanager" | "webhook") =>
    Object.freeze({
      urls: Object.freeze([...values[`${name}.urls`]]),
      bearerTokenFile: values[`${name}.bearerTokenFile`],
    });
  const certFile = values["tls.certFile"];
  const keyFile = values["tls.keyFile"];
  return Object.freeze({
    dataDirectory: values.dataDirectory,
    rulesDirectory: values.rulesDirectory,
    otlpHttp: listen("otlpHttp"),
    otlpGrpc: listen("otlpGrpc"),
    api: listen("api"),
    allowRemote: values.allowRemote,
    tls:
      certFile === undefined && keyFile === undefined
        ? undefined
        : Object.freeze({ certFile: certFile ?? "", keyFile: keyFile ?? "" }),
    tokens: Object.freeze({ ingest: secretOf("tokens.ingest"), api: secretOf("tokens.api") }),
    durability: values.durability,
    bucketMs: values.evaluationInterval,
    alertmanager: notify("alertmanager"),
    webhook: notify("webhook"),
    externalUrl: values.externalUrl,
    grafanaUrl: values.grafanaUrl,
    log: Object.freeze({ level: values["log.level"], format: values["log.format"] }),
    archive: Object.freeze({
      retentionMs: values["archive.retention"],
      maxBytes: values["archive.maxBytes"],
    }),
    limits: Object.freeze({
      compressedBytes: values["limits.compressedBytes"],
      requestBytes: values["limits.requestBytes"],
      series: values["limits.series"],
      streams: values["limits.streams"],
      groups: values["limits.groups"],
      ruleFiles: values["limits.ruleFiles"],
    }),
    selfTelemetry: values.selfTelemetry,
    sources: Object.freeze(
      Object.fromEntries(CONFIG_NAMES.map((name) => [name, chosen.get(name)?.source ?? "default"])),
    ),
  });
}
