/** `--help`, commander's options and the README's table, all made of the one table of keys. */
import {
  CONFIG_KEYS,
  CONFIG_NAMES,
  defaultText,
  environmentName,
  flagName,
  type ConfigName,
} from "./config-keys.ts";

/** One option, as `command.option(flags, description)` of commander takes it. Defaults are not commander's business. */
export interface ConfigFlag {
  /** `--otlp-http-port <port>`. */
  readonly flags: string;
  readonly description: string;
  /** Given several times, the values add up: pass a collector. */
  readonly isRepeatable: boolean;
}

export const configFlags = (): readonly ConfigFlag[] => CONFIG_NAMES.map(flagOf);

function flagOf(name: ConfigName): ConfigFlag {
  const { kind, description } = CONFIG_KEYS[name];
  const placeholder =
    kind.isSwitch === true ? kind.placeholder.replace(/^<(.*)>$/, "[$1]") : kind.placeholder;
  const fallback = defaultText(name);
  return {
    flags: `${flagName(name)} ${placeholder}`,
    description:
      fallback === "" || fallback === "[]" ? description : `${description} (${fallback})`,
    isRepeatable: kind.isList === true,
  };
}

/** Markdown, for the README. */
export function configTable(): string {
  const rows = CONFIG_NAMES.map((name) => {
    const fallback = defaultText(name);
    const cell = fallback === "" || fallback === "[]" ? "" : `\`${fallback}\``;
    const flag = `\`${flagName(name)}\``;
    return `| \`${name}\` | \`${environmentName(name)}\` | ${flag} | ${cell} | ${CONFIG_KEYS[name].description} |\n`;
  });
  return `| key | variable | flag | default | what |\n| --- | --- | --- | --- | --- |\n${rows.join("")}`;
}
