/** Alert transitions → episodes: an alert from firing to its end. */
import type { AlertTransition, AlertView } from "../alerts/index.ts";
import type { AlertSeverity } from "../slo/index.ts";

export interface AlertEpisode {
  /** `checkout/latency{http.route="/pay"}` */
  readonly streamKey: string;
  readonly sloId: string;
  readonly severity: AlertSeverity;
  /** The most urgent tier when it fired, `1h/5m`. */
  readonly tier: string;
  readonly firedAt: number;
  /** Absent while it fires at the capture's end. */
  readonly resolvedAt?: number;
  /** Whether receivers were told: a ticket beside a page is held back. */
  readonly isNotified: boolean;
}

export class EpisodeLog {
  readonly #open = new Map<string, AlertEpisode>();
  readonly #closed: AlertEpisode[] = [];

  take(transitions: readonly AlertTransition[]): void {
    for (const transition of transitions) {
      if (transition.kind === "inactive" || transition.kind === "pending") continue;
      const { alert, at, notify } = transition;
      const key = `${alert.severity} ${alert.streamKey}`;
      const open = this.#open.get(key) ?? begun(alert, at);
      const episode = notify === "firing" ? { ...open, isNotified: true } : open;
      if (transition.kind === "resolved") {
        this.#open.delete(key);
        this.#closed.push({ ...episode, resolvedAt: at });
      } else if (alert.state === "firing") this.#open.set(key, episode);
    }
  }

  /** In the order of firing. */
  get episodes(): readonly AlertEpisode[] {
    return [...this.#closed, ...this.#open.values()].sort(
      (a, b) =>
        a.firedAt - b.firedAt ||
        (a.streamKey < b.streamKey ? -1 : 1) ||
        (a.severity < b.severity ? -1 : 1),
    );
  }
}

const begun = (
  { streamKey, sloId, severity, tier, firedAt }: AlertView,
  at: number,
): AlertEpisode => ({
  streamKey,
  sloId,
  severity,
  tier,
  firedAt: firedAt ?? at,
  isNotified: false,
});
