/**
 * Keeps secrets out of log lines, by three nets: fields whose name says secret, credentials inside URLs, and the very
 * values the configuration holds (whatever sentence they got into). The last is what a canary test checks.
 */
const REDACTED = "[REDACTED]";

const SECRET_NAME =
  /authorization|bearer|cookie|credential|passw(or)?d|secret|token|api[-_]?key|private[-_]?key/i;
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^/?#@\s]+@/gi;
const AUTHORIZATION = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;
const MAX_DEPTH = 6;
/** Shorter values would blank out ordinary words. */
const MIN_SECRET_CHARS = 6;

/** Returns a copy of plain data fit for a log line. */
export type Redact = (fields: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** `secrets`: values that must not appear anywhere; those under six characters are ignored. */
export function createRedact(secrets: readonly string[]): Redact {
  const known = secrets
    .filter((secret) => secret.length >= MIN_SECRET_CHARS)
    .sort((a, b) => b.length - a.length);
  const text = (value: string) =>
    known
      .reduce((rest, secret) => rest.replaceAll(secret, REDACTED), value)
      .replaceAll(URL_CREDENTIALS, `$1${REDACTED}@`)
      .replaceAll(AUTHORIZATION, `$1 ${REDACTED}`);
  const clean = (value: unknown, depth: number): unknown => {
    if (typeof value === "string") return text(value);
    if (typeof value === "bigint") return value.toString();
    if (typeof value !== "object" || value === null) return value;
    if (depth >= MAX_DEPTH) return "…";
    if (value instanceof Error) return cleanError(value, (inner) => clean(inner, depth + 1));
    if (value instanceof Date) return value;
    if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
    return cleanObject(value, (inner) => clean(inner, depth + 1));
  };
  return (fields) => cleanObject(fields, (value) => clean(value, 1));
}

function cleanObject(value: object, clean: (inner: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_NAME.test(name) && inner !== undefined ? REDACTED : clean(inner),
    ]),
  );
}

function cleanError(error: Error, clean: (inner: unknown) => unknown): Record<string, unknown> {
  const code = "code" in error ? { code: clean(error.code) } : {};
  const cause = error.cause === undefined ? {} : { cause: clean(error.cause) };
  return {
    type: error.name,
    message: clean(error.message),
    ...code,
    stack: clean(error.stack),
    ...cause,
  };
}
