/** The certificate and key of every listener, read once at the start. */
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { SlowburnConfig } from "../config/index.ts";
import { OperationError } from "../slo/index.ts";

/**
 * As the listeners take it; empty without TLS. Throws `OperationError` `tls-unusable` when the files hold no certificate and
 * key that belong together; that both can be read, the configuration has checked.
 */
export function readTls(config: SlowburnConfig): {
  readonly tls?: { readonly cert: string; readonly key: string };
} {
  if (config.tls === undefined) return {};
  const { certFile, keyFile } = config.tls;
  const tls = { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  try {
    createSecureContext(tls);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${certFile} and ${keyFile} are no PEM certificate and its key: ${reason}`;
    throw new OperationError("tls-unusable", message, { cause, retryable: false });
  }
  return { tls };
}
