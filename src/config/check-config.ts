/** What only shows in several keys together: listening beyond loopback, half a TLS pair, one address twice. */
import { accessSync, constants } from "node:fs";
import { isIPv4 } from "node:net";
import type { ConfigName } from "./config-keys.ts";
import type { ConfigProblemCode } from "./problem-codes.ts";
import type { SlowburnConfig } from "./slowburn-config.ts";

type Report = (name: ConfigName, code: ConfigProblemCode, message: string, hint?: string) => void;

const LISTENERS = [
  ["otlpHttp", "ingest"],
  ["otlpGrpc", "ingest"],
  ["api", "api"],
] as const;

export function checkConfig(config: SlowburnConfig, report: Report): void {
  checkTls(config, report);
  checkRemote(config, report);
  checkAddresses(config, report);
  for (const name of ["alertmanager", "webhook"] as const)
    checkReadable(`${name}.bearerTokenFile`, config[name].bearerTokenFile, report);
}

function checkTls({ tls }: SlowburnConfig, report: Report): void {
  if (tls === undefined) return;
  if (tls.certFile === "") report("tls.certFile", "tls-pair", "tls.keyFile needs tls.certFile");
  else checkReadable("tls.certFile", tls.certFile, report);
  if (tls.keyFile === "") report("tls.keyFile", "tls-pair", "tls.certFile needs tls.keyFile");
  else checkReadable("tls.keyFile", tls.keyFile, report);
}

function checkReadable(name: ConfigName, file: string | undefined, report: Report): void {
  if (file === undefined) return;
  try {
    accessSync(file, constants.R_OK);
  } catch {
    report(name, "config-unreadable", `${name}: the file ${file} cannot be read`);
  }
}

/** DESIGN section 5. A host name other than localhost may resolve to anything: it counts as remote. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

function checkRemote(config: SlowburnConfig, report: Report): void {
  if (config.allowRemote) return;
  for (const [listener, token] of LISTENERS) {
    const { host } = config[listener];
    if (isLoopback(host)) continue;
    const missing = [
      ...(config.tls === undefined ? ["TLS (tls.certFile, tls.keyFile)"] : []),
      ...(config.tokens[token] === undefined ? [`a token (tokens.${token})`] : []),
    ];
    if (missing.length === 0) continue;
    const message = `${listener} would listen on ${host} for everyone without ${missing.join(" and ")}`;
    const hint = "set them, or say allowRemote: on where the network is trusted";
    report(`${listener}.host`, "remote-listening", message, hint);
  }
}

function checkAddresses(config: SlowburnConfig, report: Report): void {
  const taken: { readonly host: string; readonly port: number; readonly listener: string }[] = [];
  for (const [listener] of LISTENERS) {
    const { host, port } = config[listener];
    const other = taken.find((known) => known.port === port && overlap(known.host, host));
    if (other !== undefined && port !== 0) {
      const message = `${listener} and ${other.listener} both want port ${port}`;
      report(`${listener}.port`, "address-conflict", message, "give one of them another port");
    }
    taken.push({ host, port, listener });
  }
}

const overlap = (a: string, b: string): boolean =>
  a === b || [a, b].some((host) => host === "0.0.0.0" || host === "::");
