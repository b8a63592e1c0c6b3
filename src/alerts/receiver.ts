/** Where alerts go, as the operator's configuration says; rules cannot add destinations (DESIGN section 5). */

export interface ReceiverAuth {
  /** Read before each request, so that a rotated token is picked up. */
  readonly bearerTokenFile?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every Alertmanager of a cluster is listed: each gets every alert (Alertmanager's own HA model). */
export interface AlertmanagerReceiver extends ReceiverAuth {
  readonly name: string;
  readonly kind: "alertmanager";
  /** Base addresses, `http://alertmanager:9093` or with a path prefix. */
  readonly urls: readonly string[];
}

/** Anything that takes Alertmanager's webhook v4 body. */
export interface WebhookReceiver extends ReceiverAuth {
  readonly name: string;
  readonly kind: "webhook";
  readonly url: string;
}

export type Receiver = AlertmanagerReceiver | WebhookReceiver;

export interface DispatcherSettings {
  readonly receivers: readonly Receiver[];
  /** slowburn's own address, absolute; `externalURL` of webhook bodies. */
  readonly externalUrl: string;
  /** Length of a tick, ms. */
  readonly intervalMs: number;
  /** A firing alert is offered to Alertmanager again after this, ms. */
  readonly resendDelayMs: number;
  /** A resolved alert is repeated to Alertmanager for so long, ms. */
  readonly resolvedRepeatMs: number;
  /** Per request, connection included, ms. */
  readonly requestTimeoutMs: number;
  /** First and longest wait after a failed request, ms. */
  readonly backoffMs: { readonly first: number; readonly longest: number };
  /** A notification no webhook took for so long is given up and counted, ms. */
  readonly giveUpAfterMs: number;
  /** Requests in flight per webhook. */
  readonly webhookConcurrency: number;
  /** Rows that may wait per target; beyond it the oldest are given up and counted. */
  readonly queueLimit: number;
  /** Longest `stop`, ms. */
  readonly stopTimeoutMs: number;
}

/** Prometheus' and Alertmanager's own figures where they have one (research/grafana.md section 5). */
export const DISPATCHER_DEFAULTS: Omit<DispatcherSettings, "receivers" | "externalUrl"> = {
  intervalMs: 10_000,
  resendDelayMs: 60_000,
  resolvedRepeatMs: 15 * 60_000,
  requestTimeoutMs: 10_000,
  backoffMs: { first: 1_000, longest: 5 * 60_000 },
  giveUpAfterMs: 24 * 3_600_000,
  webhookConcurrency: 4,
  queueLimit: 10_000,
  stopTimeoutMs: 5_000,
};
