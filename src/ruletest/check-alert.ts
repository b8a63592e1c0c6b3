/** Alerts: the state they are in now, and when they began and ceased to fire. */
import type { AlertView } from "../alerts/index.ts";
import { formatDuration } from "../slo/index.ts";
import { streamOf } from "./check-number.ts";
import type { Crossing, Severity, StreamSelector } from "./script.ts";
import type { AlertEvent, World } from "./world.ts";

/** The alert of the stream that is meant; `undefined` when it is inactive. Throws `ProblemError`. */
export function alertOf(
  world: World,
  severity: Severity,
  selector: StreamSelector,
): AlertView | undefined {
  const stream = streamOf(world, selector);
  return world.replay.alerts
    .current()
    .find((alert) => alert.severity === severity && alert.streamKey === stream?.key);
}

export function stateText(alert: AlertView | undefined): string {
  if (alert === undefined) return "inactive";
  return alert.state === "firing" && alert.inhibited ? "firing inhibited" : alert.state;
}

/** Alerts that fire or are pending, as people read them. */
export const liveAlerts = (world: World): readonly string[] =>
  world.replay.alerts
    .current()
    .filter(({ state }) => state !== "resolved")
    .map(({ severity, streamKey, state }) => `${severity} of ${streamKey} ${state}`);

/**
 * Finds the next beginning or end after the one that an earlier line told of. `seen` remembers how far the timeline was
 * told of. Returns what was found instead when it is not as claimed.
 */
export function checkCrossing(
  world: World,
  crossing: Crossing,
  seen: Map<string, number>,
): string | undefined {
  const { severity, selector, change, fromMs, toMs } = crossing;
  const stream = streamOf(world, selector);
  const kind = change === "resolves" ? "resolved" : "firing";
  const key = `${severity} ${kind} ${stream?.key ?? ""}`;
  const isMeant = (event: AlertEvent) =>
    event.severity === severity && event.kind === kind && event.streamKey === stream?.key;
  const from = seen.get(key) ?? 0;
  const found = world.timeline.findIndex((event, k) => k >= from && isMeant(event));
  const verb = kind === "firing" ? "fire" : "resolve";
  const event = world.timeline[found];
  if (change === "none" && (event === undefined || event.atMs > toMs)) return undefined;
  if (event === undefined) return `does not ${verb} by ${formatDuration(toMs)}`;
  if (change !== "none") seen.set(key, found + 1);
  const isInTime = change !== "none" && event.atMs >= fromMs && event.atMs <= toMs;
  return isInTime ? undefined : `${verb}s at ${formatDuration(event.atMs)}`;
}

/** What the alerts of a severity and stream did, a line each. */
export function timelineText(
  world: World,
  severity: Severity,
  selector: StreamSelector,
): readonly string[] {
  const stream = streamOf(world, selector);
  return world.timeline
    .filter((event) => event.severity === severity && event.streamKey === stream?.key)
    .map(
      ({ atMs, kind, tier }) => `${formatDuration(atMs)} ${kind}${tier === "" ? "" : ` (${tier})`}`,
    );
}
