/** Alerts: the state they are in now, and when they began and ceased to fire. */
import type { AlertView } from "../alerts/index.ts";
import { formatDuration } from "../slo/index.ts";
import { sloOf, streamOf } from "./check-number.ts";
import type { AlertMeant, Crossing } from "./script.ts";
import type { AlertEvent, World } from "./world.ts";

/** What an alert is of; `undefined` when there is no such stream yet. Throws `ProblemError`. */
function keyOf(world: World, { isAbsence, selector }: AlertMeant): string | undefined {
  return isAbsence ? sloOf(world, selector).id : streamOf(world, selector)?.key;
}

/** The alert of the stream that is meant; `undefined` when it is inactive. Throws `ProblemError`. */
export function alertOf(world: World, meant: AlertMeant): AlertView | undefined {
  const key = keyOf(world, meant);
  return world.replay.alerts
    .current()
    .find(
      (alert) =>
        alert.severity === meant.severity &&
        (alert.kind === "absent") === meant.isAbsence &&
        alert.streamKey === key,
    );
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
  const { alert, change, fromMs, toMs } = crossing;
  const isOf = isEventOf(world, alert);
  const kind = change === "resolves" ? "resolved" : "firing";
  const { isAbsence, severity } = alert;
  const key = `${isAbsence ? "absent " : ""}${severity} ${kind} ${keyOf(world, alert) ?? ""}`;
  const isMeant = (event: AlertEvent) => event.kind === kind && isOf(event);
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

function isEventOf(world: World, meant: AlertMeant): (event: AlertEvent) => boolean {
  const key = keyOf(world, meant);
  return ({ severity, isAbsence, streamKey }) =>
    severity === meant.severity && isAbsence === meant.isAbsence && streamKey === key;
}

/** What the alert that is meant did, a line each. */
export function timelineText(world: World, meant: AlertMeant): readonly string[] {
  return world.timeline
    .filter(isEventOf(world, meant))
    .map(
      ({ atMs, kind, tier }) => `${formatDuration(atMs)} ${kind}${tier === "" ? "" : ` (${tier})`}`,
    );
}
