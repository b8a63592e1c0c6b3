import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  REQUEST_OUTCOMES,
  Recorder,
  requestOutcome,
  type RequestOutcome,
} from "../../src/telemetry/index.ts";

const carrier = fc.constantFrom(
  ["http", "protobuf"] as const,
  ["http", "json"] as const,
  ["grpc", "protobuf"] as const,
);

describe("Recorder", () => {
  it("counts each request in its own cell, whatever the order", () => {
    const request = fc.tuple(carrier, fc.constantFrom(...REQUEST_OUTCOMES));
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (all) => {
        const recorder = new Recorder();
        for (const [[transport, encoding], outcome] of all)
          recorder.recordRequest(transport, encoding, outcome, 1);
        for (const cell of recorder.requests) {
          const same = all.filter(
            ([[transport, encoding], outcome]) =>
              transport === cell.transport &&
              encoding === cell.encoding &&
              outcome === cell.outcome,
          );
          expect(cell.count).toBe(same.length);
        }
      }),
    );
  });

  it("reports every combination that can be from zero on", () => {
    const { requests } = new Recorder();
    expect(requests).toHaveLength(12);
    expect(requests.every(({ count }) => count === 0)).toBe(true);
    expect(requests.some((cell) => cell.transport === "grpc" && cell.encoding === "json")).toBe(
      false,
    );
  });

  it("hands durations on in seconds", () => {
    const recorder = new Recorder();
    const seconds: number[] = [];
    recorder.recordTick(1); // nobody collects yet
    recorder.attach(
      (value) => seconds.push(value),
      (value) => seconds.push(-value),
    );
    recorder.recordRequest("http", "protobuf", "ok", 250);
    recorder.recordTick(10);
    expect(seconds).toEqual([0.25, -0.01]);
  });
});

describe("requestOutcome", () => {
  const cases: readonly [
    protocol: "http" | "grpc",
    status: number,
    message: string,
    RequestOutcome,
  ][] = [
    ["http", 200, "", "ok"],
    ["http", 200, "2 points rejected", "partial"],
    ["http", 400, "malformed", "client_error"],
    ["http", 413, "too large", "client_error"],
    ["http", 429, "slow down", "unavailable"],
    ["http", 503, "disk full", "unavailable"],
    ["grpc", 0, "", "ok"],
    ["grpc", 0, "1 point rejected", "partial"],
    ["grpc", 3, "malformed", "client_error"],
    ["grpc", 12, "no such method", "client_error"],
    ["grpc", 16, "no token", "client_error"],
    ["grpc", 8, "slow down", "unavailable"],
    ["grpc", 13, "bug", "unavailable"],
    ["grpc", 14, "stopping", "unavailable"],
  ];
  it.each(cases)("%s %i %j is %s", (protocol, status, message, outcome) => {
    expect(requestOutcome({ protocol, status, message })).toBe(outcome);
  });
});
