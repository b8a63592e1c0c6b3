/** What the log says of alerts: each state once, and of a ticket also whether anybody was told. */
import { expect, test } from "vitest";
import type { AlertTransition, AlertView } from "../../src/alerts/index.ts";
import { logTransitions } from "../../src/server/server-log.ts";
import { createEventLog } from "../../src/telemetry/index.ts";
import { alertOf } from "../alerts/dispatcher-bench.ts";

const change = (
  kind: "pending" | "firing" | "resolved" | "updated",
  part: Partial<AlertView>,
  notify?: "firing" | "resolved",
): AlertTransition => {
  const alert = alertOf("shop/a", { severity: "ticket", ...part });
  return { kind, at: 0, alert, ...(notify !== undefined && { notify }) };
};

const logged = (transition: AlertTransition): readonly string[] => {
  const lines: string[] = [];
  const log = createEventLog({
    format: "text",
    level: "info",
    write: (line) => lines.push(line.split(" ").slice(2).join(" ").trim()),
  });
  logTransitions([transition], log);
  return lines;
};

const STREAM = "stream=shop/a severity=ticket";
test.each<[string, AlertTransition, string[]]>([
  [
    "a ticket that fires",
    change("firing", { notified: true }, "firing"),
    [`alert.firing ${STREAM} summary="shop/a burns"`],
  ],
  [
    "one that a page holds back",
    change("firing", { inhibited: true, notified: false }),
    [`alert.firing ${STREAM} notice="held back by the page" summary="shop/a burns"`],
  ],
  [
    "the same when the page has ended: now it is told",
    change("updated", { notified: true }, "firing"),
    [`alert.firing ${STREAM} summary="shop/a burns"`],
  ],
  ["one that was told before the page began", change("updated", { inhibited: true }), []],
  ["a change within a state", change("updated", {}), []],
  [
    "a pending one that ceased",
    { kind: "inactive", at: 0, streamKey: "shop/a", severity: "ticket" },
    [],
  ],
])("%s", (_what, transition, lines) => {
  expect(logged(transition).map((line) => line.replace(/^info +/, ""))).toEqual(lines);
});
