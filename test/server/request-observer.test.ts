/** Which requests are worth a line of the log, and how many. */
import { expect, test } from "vitest";
import type { ReceivedRequest } from "../../src/otlp/index.ts";
import { createRequestObserver } from "../../src/server/request-observer.ts";

const REQUEST: ReceivedRequest = {
  protocol: "http",
  encoding: "protobuf",
  isCompressed: false,
  status: 200,
  bytes: 100,
  decompressedBytes: 100,
  durationMs: 3,
  peer: "10.0.0.1",
  message: "",
  reason: "",
  error: undefined,
};
const partial = (reason: string, message = `1 point rejected (${reason})`): ReceivedRequest => ({
  ...REQUEST,
  reason,
  message,
});
const refused = (status: number, reason: string): ReceivedRequest => ({
  ...REQUEST,
  status,
  reason,
  message: reason,
});

function observer() {
  let nowMs = 0;
  const lines: string[] = [];
  const outcomes: string[] = [];
  const observe = createRequestObserver({
    recorder: { recordRequest: (_transport, _encoding, outcome) => void outcomes.push(outcome) },
    log: {
      warn: (event, fields) => {
        lines.push([event, fields?.["reason"], fields?.["peer"]].map(String).join(" "));
      },
    },
    now: () => nowMs,
  });
  const observed = (...requests: readonly ReceivedRequest[]): readonly string[] => {
    requests.forEach(observe);
    return lines.splice(0);
  };
  return { observed, outcomes, wait: (ms: number) => (nowMs += ms) };
}

test("what was taken whole is counted, and says nothing", () => {
  const { observed, outcomes } = observer();
  expect(observed(REQUEST, REQUEST)).toEqual([]);
  expect(outcomes).toEqual(["ok", "ok"]);
});

test("rejected points and refused requests have an event each", () => {
  const { observed, outcomes } = observer();
  expect(observed(partial("time-unset"), refused(400, "malformed"), refused(503, "busy"))).toEqual([
    "otlp.partial time-unset 10.0.0.1",
    "otlp.refused malformed 10.0.0.1",
    "otlp.refused busy 10.0.0.1",
  ]);
  expect(outcomes).toEqual(["partial", "client_error", "unavailable"]);
});

test("a second reason, status, protocol or sender has a line of its own within the minute", () => {
  const { observed } = observer();
  const first = partial("time-unset");
  expect(observed(first)).toHaveLength(1);
  expect(
    observed(
      partial("value-missing"),
      { ...first, peer: "10.0.0.2" },
      { ...first, protocol: "grpc", status: 0 },
      refused(415, "content type"),
      refused(415, "content encoding"),
    ),
  ).toHaveLength(5);
});

test("the same again, whatever its numbers, is silent for a minute", () => {
  const { observed, wait } = observer();
  expect(observed(partial("time-unset"))).toHaveLength(1);
  wait(59_999);
  expect(observed(partial("time-unset", "900 points rejected (time-unset)"))).toEqual([]);
  wait(1);
  expect(observed(partial("time-unset"))).toHaveLength(1);
});

test("what a handler threw goes into the line", () => {
  const fields: unknown[] = [];
  const observe = createRequestObserver({
    recorder: { recordRequest: () => undefined },
    log: { warn: (_event, given) => void fields.push(given) },
    now: () => 0,
  });
  const error = new Error("our bug");
  observe({ ...refused(503, "busy"), error });
  expect(fields).toMatchObject([{ error, status: 503, message: "busy", protocol: "http" }]);
});

test("however many senders there are, a minute has 200 lines at most", () => {
  const { observed, wait } = observer();
  const fleet = Array.from({ length: 300 }, (_, index) => ({
    ...partial("time-unset"),
    peer: `10.0.1.${index}`,
  }));
  expect(observed(...fleet)).toHaveLength(200);
  wait(60_000);
  expect(observed(...fleet.toReversed())).toHaveLength(200);
});
