/** The kinds of values a key can have: how each is read from text or YAML, and shown again. */
import { join } from "node:path";
import { formatDuration, parseDuration, type Millis } from "../slo/index.ts";
import { nearestName } from "../rules/index.ts";

/** A value, or why it is none. Refusals never quote the value of a secret or an address. */
export type Read<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "refused"; readonly message: string; readonly hint?: string };

export interface ValueKind<T> {
  /** In help: `<port>`. */
  readonly placeholder: string;
  /** From a YAML value, or text of the environment or a flag. `baseDirectory` is what relative paths are relative to. */
  read(raw: unknown, baseDirectory: string): Read<T>;
  /** As YAML would write it; `undefined` for no value. */
  show(value: T): string | undefined;
  /** A flag may be given several times. */
  readonly isList?: boolean;
  /** A flag may be given without a value. */
  readonly isSwitch?: boolean;
}

const value = <T>(read: T): Read<T> => ({ kind: "value", value: read });
const refused = (message: string, hint?: string): Read<never> =>
  hint === undefined ? { kind: "refused", message } : { kind: "refused", message, hint };
/** One line of YAML: JSON is YAML. */
const quoted = (text: string): string =>
  /^[\w./][\w./-]*$/.test(text) ? text : JSON.stringify(text);
const isText = (raw: unknown): raw is string => typeof raw === "string" && raw.trim() !== "";

/** A path; relative to the working directory, in a file to that file's directory. */
export const path: ValueKind<string> = {
  placeholder: "<path>",
  read(raw, baseDirectory) {
    if (!isText(raw) || raw.includes("\0")) return refused("expected a path");
    const isPlain = baseDirectory === "" || raw.startsWith("/");
    return value(isPlain ? raw : join(baseDirectory, raw));
  },
  show: quoted,
};

/** `optional(kind)` has no default and may stay unset. */
export function optional<T>(kind: ValueKind<T>): ValueKind<T | undefined> {
  return {
    ...kind,
    read: (raw, baseDirectory) => kind.read(raw, baseDirectory),
    show: (shown) => (shown === undefined ? undefined : kind.show(shown)),
  };
}

export const host: ValueKind<string> = {
  placeholder: "<host>",
  read(raw) {
    const text = isText(raw) ? raw.trim().replace(/^\[(.*)\]$/, "$1") : "";
    return /^[\w.:%-]{1,253}$/.test(text)
      ? value(text)
      : refused("expected a host name or address", "write 127.0.0.1; the port is a key of its own");
  },
  show: quoted,
};

/** Whole numbers from `least` to `most`. */
export function count(placeholder: string, least: number, most: number): ValueKind<number> {
  return {
    placeholder,
    read(raw) {
      const text = typeof raw === "number" ? String(raw) : isText(raw) ? raw.trim() : "";
      const read = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return read >= least && read <= most
        ? value(read)
        : refused(`expected a whole number from ${least} to ${most}`);
    },
    show: String,
  };
}

export const port: ValueKind<number> = count("<port>", 0, 65_535);

const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/** `64MiB`, `512KiB`, or bytes. */
export function bytes(least: number, most: number): ValueKind<number> {
  return {
    placeholder: "<size>",
    read(raw) {
      const match = /^(\d{1,12})\s*([kmg]?i?b)?$/i.exec(String(raw).trim());
      const unit = BYTE_UNITS[(match?.[2] ?? "b").toLowerCase()];
      if (match === null || unit === undefined) return refused("expected a size", "write 64MiB");
      const read = Number(match[1]) * unit;
      return read >= least && read <= most
        ? value(read)
        : refused(`expected a size from ${showBytes(least)} to ${showBytes(most)}`);
    },
    show: showBytes,
  };
}

function showBytes(size: number): string {
  if (size > 0 && size % 1024 ** 2 === 0) return `${size / 1024 ** 2}MiB`;
  return size > 0 && size % 1024 === 0 ? `${size / 1024}KiB` : String(size);
}

export function duration(least: number, most: number): ValueKind<Millis> {
  const range = `from ${formatDuration(least)} to ${formatDuration(most)}`;
  return {
    placeholder: "<duration>",
    read(raw) {
      const read = isText(raw) ? parseDuration(raw.trim()) : undefined;
      if (read === undefined) return refused("expected a duration", "write 10s");
      return read >= least && read <= most ? value(read) : refused(`expected a duration ${range}`);
    },
    show: formatDuration,
  };
}

export const onOff: ValueKind<boolean> = {
  placeholder: "<on|off>",
  isSwitch: true,
  read(raw) {
    const text = String(raw).toLowerCase();
    if (["on", "true", "yes", "1"].includes(text)) return value(true);
    if (["off", "false", "no", "0"].includes(text)) return value(false);
    return refused("expected on or off");
  },
  show: (shown) => (shown ? "on" : "off"),
};

export function choice<const T extends string>(...names: readonly T[]): ValueKind<T> {
  return {
    placeholder: `<${names.join("|")}>`,
    read(raw) {
      const name = names.find((known) => known === raw);
      if (name !== undefined) return value(name);
      const nearest = isText(raw) ? nearestName(raw, names) : undefined;
      const hint = nearest === undefined ? undefined : `did you mean \`${nearest}\`?`;
      return refused(`expected ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`, hint);
    },
    show: (shown) => shown,
  };
}

/** Without a slash at its end. Credentials do not belong in it: it is printed. */
export const url: ValueKind<string> = {
  placeholder: "<url>",
  read(raw) {
    if (!isText(raw) || !/^https?:\/\//i.test(raw) || !URL.canParse(raw.trim()))
      return refused("expected an http or https address", "write http://host:port");
    const { username, password } = new URL(raw.trim());
    return username === "" && password === ""
      ? value(raw.trim().replace(/\/+$/, ""))
      : refused("an address must not hold a password", "put it into a file: bearerTokenFile");
  },
  // A query can carry a key (`?token=…`): it is masked.
  show: (shown) => quoted(shown.replace(/\?.*$/, "?[REDACTED]")),
};

/** A YAML list, or text with commas. */
export const urls: ValueKind<readonly string[]> = {
  placeholder: "<url,…>",
  isList: true,
  read(raw, baseDirectory) {
    const items: readonly unknown[] = (Array.isArray(raw) ? raw : [raw]).flatMap((item: unknown) =>
      typeof item === "string" ? item.split(",").filter((part) => part.trim() !== "") : [item],
    );
    const addresses: string[] = [];
    for (const item of items) {
      const read = url.read(item, baseDirectory);
      if (read.kind === "refused") return read;
      if (!addresses.includes(read.value)) addresses.push(read.value);
    }
    return value(addresses);
  },
  show: (shown) => `[${shown.map((item) => url.show(item)).join(", ")}]`,
};

/** Where a secret stands; its value is never written into configuration. */
export interface SecretReference {
  readonly from: "file" | "env";
  readonly name: string;
}

export const secretReference: ValueKind<SecretReference> = {
  placeholder: "<file:…|env:…>",
  read(raw, baseDirectory) {
    const hint = "write file:/run/secrets/token, or env:NAME";
    const match = isText(raw) ? /^(file|env):(.+)$/.exec(raw.trim()) : null;
    if (match?.[2] === undefined)
      return refused("a secret is given by reference, never as its value", hint);
    if (match[1] === "env") return value({ from: "env", name: match[2] });
    const file = path.read(match[2], baseDirectory);
    return file.kind === "refused" ? file : value({ from: "file", name: file.value });
  },
  show: ({ from, name }) => JSON.stringify(`${from}:${name}`),
};
