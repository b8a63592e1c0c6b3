/** The fenced blocks of README.md, and how each is run: told by its language and the comment above it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT: string = join(import.meta.dirname, "../..");
const README: string = readFileSync(join(ROOT, "README.md"), "utf8");

export interface Block {
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** `shell` runs to its end; `server` until it is stopped; `peers` needs programs beside npm's packages. */
  readonly kind:
    | "picture"
    | "shell"
    | "server"
    | "script"
    | "rules"
    | "ruletest"
    | "config"
    | "collector"
    | "peers"
    | "not-run";
  /** Why nobody runs it. */
  readonly reason: string;
}

const FENCED = /(?:<!-- ([^\n]*) -->\n\n)?```(\w+)\n([\s\S]*?)```/g;

/** What stands between the blocks. */
export const PROSE: string = README.replaceAll(FENCED, "");

export const BLOCKS: readonly Block[] = [...README.matchAll(FENCED)].map(
  ({ 1: marker = "", 2: language = "", 3: code = "", index }) => ({
    line: README.slice(0, index).split("\n").length,
    language,
    code,
    kind: kindOf(marker, language, code),
    reason: /^not run: (.+)$/.exec(marker)?.[1] ?? "",
  }),
);

function kindOf(marker: string, language: string, code: string): Block["kind"] {
  if (marker.startsWith("not run")) return "not-run";
  if (marker === "peers") return "peers";
  if (marker === "runs until stopped") return "server";
  if (language === "text") return "picture";
  if (language === "sh") return "shell";
  if (language === "js") return "script";
  if (language === "slo") return "ruletest";
  if (
    language === "yaml" &&
    /^apiVersion: (?:slowburn|openslo)\/|^version: prometheus\//m.test(code)
  )
    return "rules";
  if (language === "yaml" && code.startsWith("# slowburn.yaml")) return "config";
  if (language === "yaml" && /^exporters:/m.test(code)) return "collector";
  throw new Error(`README.md has a block that no test knows how to run:\n${code}`);
}

/** The lines between two comments. */
export function section(from: string, to: string): string {
  const start = README.indexOf(from);
  const end = README.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`README.md has lost ${from} or ${to}`);
  return README.slice(README.indexOf("\n", start), end).trim();
}
