/** Where a running slowburn's API is, as the command's options or the configuration say. */
import { readFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { loadConfig } from "../config/index.ts";
import { OperationError, ProblemError } from "../slo/index.ts";
import type { CliPorts } from "./ports.ts";

export interface AddressOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

interface Address {
  readonly url: string;
  readonly token: string | undefined;
}

/** Value of `--url`, for commander. */
export function webAddress(text: string): string {
  if (/^https?:\/\/./i.test(text) && URL.canParse(text)) return text.replace(/\/+$/, "");
  const host = text.includes("/") || !URL.canParse(`http://${text}`) ? "127.0.0.1:4319" : text;
  throw new InvalidArgumentError(`It is an http or https address, as http://${host}.`);
}

/** The configured token goes to the configured address only. */
export function apiAddress({ url, tokenFile }: AddressOptions, { environment }: CliPorts): Address {
  const token = tokenFile === undefined ? undefined : readToken(tokenFile);
  if (url !== undefined) return { url, token };
  const { config, problems } = loadConfig({ environment });
  if (config === undefined) throw new ProblemError(problems);
  const { host, port } = config.api;
  const reached = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  const name = reached.includes(":") ? `[${reached}]` : reached;
  const scheme = config.tls === undefined ? "http" : "https";
  return { url: `${scheme}://${name}:${port}`, token: token ?? config.tokens.api?.reveal() };
}

export function readToken(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError("unreadable", `cannot read the token: ${reason}`, {
      cause,
      retryable: false,
    });
  }
}
