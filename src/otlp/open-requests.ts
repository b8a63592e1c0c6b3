/**
 * Requests that are not answered, or whose body has not come to its end; and an end to those whose body does not. One timer for
 * all of them: one each would cost 2 µs a request (README, decision 11).
 */
import { tooSlow, type Refusal } from "./refusal.ts";

export interface OpenRequest {
  /** `performance.now()`, ms. */
  readonly startedAt: number;
  /** Ends the wait for its body; undefined when nobody waits for it. */
  refuse: ((refusal: Refusal) => void) | undefined;
}

/** A body is noticed to be late by this much at most. */
const MAX_INTERVAL_MS = 1_000;

export class OpenRequests<
  Carrier extends { readonly destroyed: boolean },
  Request extends OpenRequest,
> {
  readonly #open = new Map<Carrier, Request>();
  readonly #bodyMs: number;
  readonly #timer: NodeJS.Timeout;

  /** Bodies may take `bodyMs`; what comes later is refused as too slow. */
  constructor(bodyMs: number) {
    this.#bodyMs = bodyMs;
    this.#timer = setInterval(() => this.#refuseLate(), Math.min(bodyMs, MAX_INTERVAL_MS));
    this.#timer.unref();
  }

  /** The last one that came over a connection or stream, unless it is over. */
  of(carrier: Carrier): Request | undefined {
    return this.#open.get(carrier);
  }

  add(carrier: Carrier, request: Request): void {
    this.#open.set(carrier, request);
  }

  /** `request` is over; its carrier may have brought another one since. */
  remove(carrier: Carrier, request: Request): void {
    if (this.#open.get(carrier) === request) this.#open.delete(carrier);
  }

  /** Late bodies are waited for from now on. */
  close(): void {
    clearInterval(this.#timer);
  }

  #refuseLate(): void {
    const latest = performance.now() - this.#bodyMs;
    for (const [carrier, request] of this.#open) {
      if (carrier.destroyed) this.#open.delete(carrier);
      else if (request.startedAt <= latest) request.refuse?.(tooSlow("body", this.#bodyMs));
    }
  }
}
