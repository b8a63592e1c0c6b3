/** The dispatcher with every receiver that the configuration names. */
import {
  Dispatcher,
  DISPATCHER_DEFAULTS,
  fetchPost,
  nodeTimers,
  type AlertEvaluator,
  type Receiver,
} from "../alerts/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import type { Intake } from "../ingest/index.ts";
import { externalUrl } from "./alert-links.ts";

export function createDispatcher(
  config: SlowburnConfig,
  alerts: AlertEvaluator,
  intake: Intake,
): Dispatcher {
  return new Dispatcher(
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
    },
  );
}

function receiversOf({ alertmanager, webhook }: SlowburnConfig): Receiver[] {
  const auth = (bearerTokenFile: string | undefined) =>
    bearerTokenFile === undefined ? {} : { bearerTokenFile };
  const managers: Receiver[] =
    alertmanager.urls.length === 0
      ? []
      : [
          {
            name: "alertmanager",
            kind: "alertmanager",
            urls: alertmanager.urls,
            ...auth(alertmanager.bearerTokenFile),
          },
        ];
  const webhooks = webhook.urls.map((url, index): Receiver => ({
    name: index === 0 ? "webhook" : `webhook-${index + 1}`,
    kind: "webhook",
    url,
    ...auth(webhook.bearerTokenFile),
  }));
  return [...managers, ...webhooks];
}
