/** The configuration as a file that would give it again, each value with where it came from; secrets and queries masked. */
import { CONFIG_KEYS, CONFIG_NAMES, type ConfigKey, type ConfigName } from "./config-keys.ts";
import { REDACTED, Secret } from "./secret.ts";
import type { SlowburnConfig } from "./slowburn-config.ts";

/** YAML; ends in a newline. A key without a value is a comment. */
export function printConfig(config: SlowburnConfig): string {
  const lines: [text: string, source: string][] = [];
  let group = "";
  for (const name of CONFIG_NAMES) {
    const parts = name.split(".");
    const own = parts.at(-1) ?? name;
    const nextGroup = parts.length > 1 ? (parts[0] ?? "") : "";
    const shown = shownOf(config, name);
    if (nextGroup !== group && nextGroup !== "") lines.push([`${nextGroup}:`, ""]);
    group = nextGroup;
    const indent = group === "" ? "" : "  ";
    const text = shown === undefined ? `${indent}# ${own}:` : `${indent}${own}: ${shown}`;
    lines.push([text, config.sources[name] ?? "default"]);
  }
  const width = Math.min(48, Math.max(...lines.map(([text]) => text.length)));
  return lines
    .map(([text, source]) => (source === "" ? text : `${text.padEnd(width)} # ${source}`))
    .map((line) => `${line}\n`)
    .join("");
}

function shownOf(config: SlowburnConfig, name: ConfigName): string | undefined {
  const held = valueOf(config, name);
  if (held === undefined) return undefined;
  if (held instanceof Secret) return JSON.stringify(REDACTED);
  const { kind } = CONFIG_KEYS[name] as ConfigKey; // each kind shows values of its own key only
  return kind.show(held);
}

/** The value of a key; `evaluationInterval` is `bucketMs` to the program. */
function valueOf(config: SlowburnConfig, name: ConfigName): unknown {
  if (name === "evaluationInterval") return config.bucketMs;
  let held: unknown = config;
  for (const part of name.split(".")) held = (held as Record<string, unknown> | undefined)?.[part];
  return held;
}
