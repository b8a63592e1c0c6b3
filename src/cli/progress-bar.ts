/** A bar on standard error while a long command works; nothing where that is no terminal. */
import type { CliPorts } from "./ports.ts";

const WIDTH = 30;
const EVERY_MS = 100;
const CLEAR_LINE = "\r\u001b[K";

export interface ProgressBar {
  /** `share`: 0 to 1. `note` follows the bar. */
  readonly show: (share: number, note: string) => void;
  readonly clear: () => void;
}

export function progressBar({ err, isErrorTerminal, now }: CliPorts): ProgressBar {
  if (!isErrorTerminal) return { show: () => undefined, clear: () => undefined };
  let shownAtMs = -Infinity;
  return {
    show: (share, note) => {
      const nowMs = now();
      if (nowMs - shownAtMs < EVERY_MS) return;
      shownAtMs = nowMs;
      const full = Math.round(Math.min(1, Math.max(0, share)) * WIDTH);
      const bar = "█".repeat(full) + "░".repeat(WIDTH - full);
      err(`${CLEAR_LINE}${bar} ${String(Math.floor(share * 100)).padStart(3)}%  ${note}`);
    },
    clear: () => err(CLEAR_LINE),
  };
}
