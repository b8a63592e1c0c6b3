/** One line on a terminal that says how far a command is, once it takes longer than people like to wait. */
import type { CliPorts } from "./ports.ts";

/** After so long people want to know that something goes on. */
const QUIET_MS = 1000;
const REDRAW_MS = 100;
const CLEAR_LINE = "\r\u001b[K";

export class Progress {
  readonly #ports: Pick<CliPorts, "err" | "isErrorTerminal" | "now">;
  /** When it may be drawn next. */
  #dueMs: number;
  #isShown = false;

  constructor(ports: Pick<CliPorts, "err" | "isErrorTerminal" | "now">) {
    this.#ports = ports;
    this.#dueMs = ports.now() + QUIET_MS;
  }

  /** Call it often: the text is asked for when it is drawn. */
  show(text: () => string): void {
    const { err, isErrorTerminal, now } = this.#ports;
    if (!isErrorTerminal || now() < this.#dueMs) return;
    this.#dueMs = now() + REDRAW_MS;
    this.#isShown = true;
    err(`${CLEAR_LINE}${text()} …`);
  }

  /** Before anything else is printed. */
  clear(): void {
    if (this.#isShown) this.#ports.err(CLEAR_LINE);
    this.#isShown = false;
  }
}

const BAR_WIDTH = 30;

/** `share`: 0 to 1. */
export function barText(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  const bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)}%`;
}
