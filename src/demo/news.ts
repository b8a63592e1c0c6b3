/** What happens in the demo, each thing once and in one line: the incident, and what becomes of the alerts. */
import type { AlertListAnswer } from "../api/index.ts";

type Alert = AlertListAnswer["alerts"][number];

export class News {
  readonly #lines: string[] = [];
  readonly #seen = new Set<string>();

  get lines(): readonly string[] {
    return this.#lines;
  }

  add(elapsedSeconds: number, text: string): void {
    this.#lines.push(`${elapsedSeconds} s  ${text}`);
  }

  /** What is new of the alerts; returns how many lines that were. */
  addAlerts(elapsedSeconds: number, alerts: readonly Alert[]): number {
    const fresh = alerts.filter((alert) => !this.#seen.has(keyOf(alert)));
    for (const alert of fresh) {
      this.#seen.add(keyOf(alert));
      this.add(elapsedSeconds, lineOf(alert));
    }
    return fresh.length;
  }

  /** Whether a page of the shop was in this state. */
  hasPage(state: Alert["state"]): boolean {
    return this.#lines.some((line) => line.includes(`page ${state}: shop/`));
  }
}

const keyOf = ({ streamKey, severity, state, activeAt }: Alert): string =>
  [streamKey, severity, state, activeAt].join("|");

function lineOf({ streamKey, severity, state, annotations, ...alert }: Alert): string {
  const head = `${severity} ${state}`;
  switch (state) {
    case "pending":
      return `${head}: ${streamKey}`;
    case "firing":
      return `${head}: ${annotations["summary"] ?? streamKey}`;
    case "resolved":
      // Its summary is that of its last firing tick.
      return `${head}: ${streamKey}, ${secondsBetween(alert.firedAt, alert.resolvedAt)} s after it fired`;
  }
}

const secondsBetween = (from: string | null, to: string | null): number =>
  Math.round((Date.parse(to ?? "") - Date.parse(from ?? "")) / 1000);
