/**
 * Sums in (`engine`'s shards, once per tick), alert transitions out, and their delivery to Alertmanager and webhooks.
 *
 * Promised: the evaluator is pure and deterministic; what it holds is rebuilt exactly by `restore` and
 * `applyTransition`; a notification whose outbox row is durable is delivered at least once, per alert in order.
 *
 *     const transitions = alerts.evaluate(engine.shards, now);
 *     const outbox = dispatcher.prepare(transitions, now);
 *     if (transitions.length > 0) await store.append(encode(transitions), outbox);
 *     dispatcher.accept(outbox); // starts sending; also on quiet ticks: keeps firing alerts alive
 */
export type { AlertLabels, AlertTransition, AlertView, ResolveReason, TierState } from "./alert.ts";
export { AlertEvaluator, type EvaluatorSettings, type StreamSource } from "./evaluator.ts";
export type { AlertLinks } from "./annotations.ts";
export { foreseeOutage, type OutageForesight, type OutageSetting } from "./foresight.ts";
export { fingerprint } from "./fingerprint.ts";
export { poissonTail, provenEvents } from "./poisson.ts";
export { Dispatcher, type DispatcherPorts } from "./dispatcher.ts";
export type { TargetIdentity, TargetStats } from "./target.ts";
export type { DeliveryChange } from "./tally.ts";
export { nodeTimers, type Timers } from "./timers.ts";
export { fetchPost, type Post, type PostOutcome, type PostRequest } from "./post.ts";
export {
  DISPATCHER_DEFAULTS,
  type AlertmanagerReceiver,
  type DispatcherSettings,
  type Receiver,
  type ReceiverAuth,
  type WebhookReceiver,
} from "./receiver.ts";
