/** A program that checks a file, or what it is told, and says what it finds. */
import { spawnSync } from "node:child_process";

export interface Said {
  /** `null` when there is no such program, or a signal ended it. */
  readonly exitCode: number | null;
  readonly text: string;
}

export function runTool(command: string, args: readonly string[], input = ""): Said {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", input });
  return { exitCode: status, text: `${stdout}${stderr}` };
}

/** What Prometheus' linter finds in a text exposition. */
export const checkMetrics = (exposition: string): Said =>
  runTool("promtool", ["check", "metrics"], exposition);
