/** The certificate and key of every listener, read once at the start. */
import { readFileSync } from "node:fs";
import type { SlowburnConfig } from "../config/index.ts";

/** As the listeners take it; empty without TLS. Throws when a file cannot be read: the configuration has checked both. */
export function readTls(config: SlowburnConfig): {
  readonly tls?: { readonly cert: string; readonly key: string };
} {
  if (config.tls === undefined) return {};
  const { certFile, keyFile } = config.tls;
  return { tls: { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") } };
}
