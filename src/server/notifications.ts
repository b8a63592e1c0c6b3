/** The dispatcher, with the receivers of the configuration. */
import {
  Dispatcher,
  DISPATCHER_DEFAULTS,
  fetchPost,
  nodeTimers,
  type Receiver,
} from "../alerts/index.ts";
import type { NotifyConfig, SlowburnConfig } from "../config/index.ts";
import type { EventLog } from "../telemetry/index.ts";
import { externalUrl } from "./alert-links.ts";
import type { Counting } from "./counting.ts";
import { logDelivery } from "./server-log.ts";

export function startNotifications(
  config: SlowburnConfig,
  { alerts, intake, recovery }: Counting,
  log: EventLog,
): Dispatcher {
  const dispatcher = new Dispatcher(
    {
      ...DISPATCHER_DEFAULTS,
      receivers: receiversOf(config),
      externalUrl: externalUrl(config),
      intervalMs: config.bucketMs,
    },
    {
      post: fetchPost,
      timers: nodeTimers,
      random: Math.random,
      record: (change) => intake.commitOutbox(change),
      alerts,
      onDelivery: (target, change) => logDelivery(target, change, log),
    },
  );
  const orphans = dispatcher.restore(recovery.outbox);
  if (orphans > 0)
    log.warn("outbox.dropped", { count: orphans, error: "their receiver is configured no more" });
  return dispatcher;
}

function receiversOf({ alertmanager, webhook }: SlowburnConfig): Receiver[] {
  const managers: Receiver[] =
    alertmanager.urls.length === 0
      ? []
      : [
          {
            name: "alertmanager",
            kind: "alertmanager",
            urls: alertmanager.urls,
            ...authOf(alertmanager),
          },
        ];
  const webhooks = webhook.urls.map((url, index): Receiver => ({
    name: index === 0 ? "webhook" : `webhook-${index + 1}`,
    kind: "webhook",
    url,
    ...authOf(webhook),
  }));
  return [...managers, ...webhooks];
}

const authOf = ({ bearerTokenFile }: NotifyConfig): { readonly bearerTokenFile?: string } =>
  bearerTokenFile === undefined ? {} : { bearerTokenFile };
