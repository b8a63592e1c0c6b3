/** Whose body is late, and what is remembered of requests that are over. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OpenRequests, type OpenRequest } from "../../src/otlp/open-requests.ts";
import type { Refusal } from "../../src/otlp/refusal.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const BODY_MS = 20_000;

function started() {
  const open = new OpenRequests<{ destroyed: boolean }, OpenRequest>(BODY_MS);
  const refusals: string[] = [];
  const request = (name: string): OpenRequest => ({
    startedAt: performance.now(),
    refuse: ({ reason }: Refusal) => void refusals.push(`${name}: ${reason}`),
  });
  return { open, request, refusals };
}

test("a body is given up once its time is over, each by itself", () => {
  const { open, request, refusals } = started();
  open.add({ destroyed: false }, request("first"));
  vi.advanceTimersByTime(5_000);
  open.add({ destroyed: false }, request("second"));
  vi.advanceTimersByTime(BODY_MS - 5_001);
  expect(refusals).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(refusals).toEqual(["first: too slow"]);
});

test("nobody is refused who waits for no body, is over, or has gone", () => {
  const { open, request, refusals } = started();
  const answered = { ...request("answered"), refuse: undefined };
  const carrier = { destroyed: false };
  const over = request("over");
  open.add({ destroyed: false }, answered);
  open.add(carrier, over);
  open.remove(carrier, over);
  const gone = { destroyed: false };
  open.add(gone, request("gone"));
  gone.destroyed = true;
  vi.advanceTimersByTime(2 * BODY_MS);
  expect(refusals).toEqual([]);
  expect(open.of(gone)).toBeUndefined();
});

test("a connection's next request is not taken for the one that is over", () => {
  const { open, request } = started();
  const carrier = { destroyed: false };
  const [first, second] = [request("first"), request("second")];
  open.add(carrier, first);
  open.add(carrier, second);
  open.remove(carrier, first);
  expect(open.of(carrier)).toBe(second);
  open.remove(carrier, second);
  expect(open.of(carrier)).toBeUndefined();
});

test("after the close nobody is refused any more", () => {
  const { open, request, refusals } = started();
  open.add({ destroyed: false }, request("late"));
  open.close();
  vi.advanceTimersByTime(2 * BODY_MS);
  expect(refusals).toEqual([]);
});
