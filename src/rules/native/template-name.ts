/**
 * How templates are named. A template is published as `http-server@1`; it is used by that name, or one SLO of it as
 * `http-server/latency@1`, which reads like an SLO's id.
 */
import { nearestName } from "../nearest-name.ts";
import type { References } from "../references.ts";
import { kindOf, type Explanation } from "./shape.ts";

const NAME = String.raw`[\p{L}\p{N}][\p{L}\p{N}_.-]{0,127}`;
const VERSION = "[1-9][0-9]{0,5}";
export const TEMPLATE_KEY: RegExp = new RegExp(`^${NAME}@${VERSION}$`, "u");
export const TEMPLATE_REFERENCE: RegExp = new RegExp(`^${NAME}(/${NAME})?@${VERSION}$`, "u");
export const PARAMETER_NAME: RegExp = /^[a-zA-Z][a-zA-Z0-9]{0,63}$/;
/** Of what templates are shared as, by `name@version`. */
export const TEMPLATES = "slowburn/v1 template";

export interface TemplateReference {
  /** `http-server@1`. */
  readonly key: string;
  /** One of its SLOs; without it, all of them, or the only one. */
  readonly slo: string | undefined;
}

/** Of a text that `TEMPLATE_REFERENCE` takes. */
export function parseReference(text: string): TemplateReference {
  const [path = "", version = ""] = text.split("@");
  const [name = "", slo] = path.split("/");
  return { key: `${name}@${version}`, slo };
}

export function parseKey(key: string): { readonly name: string; readonly version: number } {
  const [name = "", version = ""] = key.split("@");
  return { name, version: Number(version) };
}

export function explainKey(key: string): Explanation {
  const message = `${JSON.stringify(key)} names no template and its version`;
  const isBare = TEMPLATE_KEY.test(`${key}@1`);
  const meant = isBare ? `${key}@1` : (plainReference(key) ?? "http-server@1");
  return { code: "template-form", message, hint: `write ${meant}` };
}

/** `worker@01`, `worker@v1`, `worker@1/done` as they should be; `undefined` where no name and version are to be seen. */
function plainReference(text: string): string | undefined {
  const [, path = "", version = "", slo = ""] =
    /^([^@]+)@[vV]?0*([1-9]\d*)(?:\.0+)*(\/[^/]+)?$/.exec(text.trim()) ?? [];
  const plain = `${path}${slo}@${version}`;
  return TEMPLATE_REFERENCE.test(plain) ? plain : undefined;
}

/** Without a version, the next one that is published would change what the SLO means. */
export function explainReference(value: unknown, references: References): Explanation {
  const code = "template-form";
  if (typeof value === "string" && TEMPLATE_REFERENCE.test(`${value}@1`)) {
    const [name = ""] = value.split("/");
    const newest = newestVersion(name, references);
    const message = `\`${value}\` names no version`;
    if (newest === undefined) return { code, message, hint: `write ${value}@1` };
    return { code, message, hint: `write ${value}@${newest}` };
  }
  const isText = typeof value === "string";
  const message = `${kindOf(value)} names no template${isText ? " and its version" : ""}`;
  const meant = isText ? meantReference(value, references) : undefined;
  const example = "use: http-server@1, or one SLO of it: http-server/latency@1";
  return { code, message, hint: `write ${meant ?? example}` };
}

/** With a version that is published, where there is one: of `worker@latest` the newest. */
function meantReference(text: string, references: References): string | undefined {
  const plain = plainReference(text);
  if (plain !== undefined) {
    const { key } = parseReference(plain);
    const nearest = nearestName(key, references.names(TEMPLATES)) ?? key;
    return plain.replace(/^[^/@]+/, parseKey(nearest).name);
  }
  const [path = ""] = text.split("@");
  const newest = newestVersion(path.split("/")[0] ?? "", references);
  return newest === undefined ? undefined : `${path}@${newest}`;
}

/** What to write instead of a template that is nowhere. */
export function explainMissing(key: string, references: References): Explanation {
  const { name } = parseKey(key);
  const newest = newestVersion(name, references);
  const nearest = nearestName(key, references.names(TEMPLATES));
  const hint =
    newest !== undefined
      ? `published is @${newest}: write ${name}@${newest}`
      : nearest !== undefined
        ? `did you mean \`${nearest}\`?`
        : knownNames(references);
  const message = `no template \`${key}\` is published in the folder`;
  return { code: "missing-reference", message, hint };
}

function knownNames(references: References): string {
  const names = references.names(TEMPLATES);
  if (names.length === 0) return "add a document with templates: { … }";
  return `one of: ${names.slice(0, 10).join(", ")}`;
}

/** Of all that are published under the name. */
function newestVersion(name: string, references: References): number | undefined {
  const versions = references
    .names(TEMPLATES)
    .map(parseKey)
    .filter((key) => key.name === name)
    .map(({ version }) => version);
  return versions.length === 0 ? undefined : Math.max(...versions);
}
