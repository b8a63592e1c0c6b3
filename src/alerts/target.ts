/** What the dispatcher asks of a destination: one URL of an Alertmanager receiver, or one webhook. */
import type { OutboxChange, OutboxRow } from "../storage/index.ts";
import type { AlertView } from "./alert.ts";
import type { Post } from "./post.ts";
import type { DispatcherSettings } from "./receiver.ts";
import type { DeliveryChange, DeliveryFigures } from "./tally.ts";
import type { Timers } from "./timers.ts";

/** Which of the configured destinations. */
export interface TargetIdentity {
  /** Name of the receiver. */
  readonly receiver: string;
  readonly kind: "alertmanager" | "webhook";
  /** Without query and credentials; of a webhook without its path too, which may be its secret. */
  readonly url: string;
}

/** For `/metrics` and the API. */
export interface TargetStats extends TargetIdentity, DeliveryFigures {
  /** Notifications that wait. */
  readonly queueLength: number;
  /** Age of what waits longest is `now - oldestAt`, ms since the epoch. */
  readonly oldestAt: number | undefined;
}

export interface Target {
  /** `OutboxRow.target` of its rows. */
  readonly name: string;
  stats(): TargetStats;
  /** The payload of the row that tells this target; `undefined` when it needs none. */
  payload(alert: AlertView, notify: "firing" | "resolved", nowMs: number): string | undefined;
  /** Takes durable rows, ascending by id. */
  enqueue(rows: readonly OutboxRow[]): void;
  /** Sends what is due. `evaluatedAtMs` is the tick that the alerts' state is of. */
  pump(evaluatedAtMs: number): void;
  /** Sends what is due at once; resolves when nothing is due and nothing in flight. */
  drain(): Promise<void>;
  /** No more timers and requests. */
  close(): void;
}

/** What a target works with. */
export interface TargetPorts {
  readonly post: Post;
  readonly timers: Timers;
  /** In [0, 1). */
  readonly random: () => number;
  readonly settings: DispatcherSettings;
  /** Ends every request, at shutdown. */
  readonly signal: AbortSignal;
  /** Records what became of rows. */
  readonly changed: (change: Partial<OutboxChange>) => void;
  /** Told when a target begins to fail, when it recovers, and of what it gave up. */
  readonly onDelivery: (target: TargetIdentity, change: DeliveryChange) => void;
  /** Firing alerts that were announced, with annotations as of now on `describe`. */
  readonly alerts: { firing(): readonly AlertView[]; describe(alert: AlertView): AlertView };
}

/** An address fit for metrics and logs: no query, no credentials. */
export function publicUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return pathname === "/" ? origin : `${origin}${pathname}`;
}
