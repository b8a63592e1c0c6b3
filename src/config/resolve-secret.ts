/** A reference to a secret → the secret. What goes wrong names the reference, never the value. */
import { readFileSync } from "node:fs";
import { Secret } from "./secret.ts";
import type { SecretReference } from "./value-kinds.ts";

const MAX_SECRET_LENGTH = 4_096;
/** A shorter token could be guessed. */
const MIN_SECRET_LENGTH = 16;

/** `undefined` when nothing is referred to, or what is cannot be used (reported). */
export function resolveSecret(
  reference: SecretReference | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  report: (message: string, hint?: string) => void,
): Secret | undefined {
  if (reference === undefined) return undefined;
  const { from, name } = reference;
  const text = from === "env" ? environment[name] : readSecretFile(name);
  const value = text?.trim() ?? "";
  if (value === "") {
    const what = from === "env" ? `the variable ${name}` : `the file ${name}`;
    report(`${what} is empty or cannot be read`, "create it: openssl rand -hex 32");
    return undefined;
  }
  const isPlain = /^[\u0021-\u007e]+$/.test(value); // an HTTP header carries it
  if (value.length < MIN_SECRET_LENGTH || value.length > MAX_SECRET_LENGTH || !isPlain) {
    const range = `${MIN_SECRET_LENGTH} to ${MAX_SECRET_LENGTH}`;
    report(`a token has ${range} printable characters without spaces`, "openssl rand -hex 32");
    return undefined;
  }
  return new Secret(value);
}

function readSecretFile(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // reported by the caller, with the file's name
  }
}
