/**
 * What a recorder does with a request: checks it, hands it on, writes it, answers. Acknowledged means written; with a server
 * behind it, what is in the capture is what that server took.
 */
import {
  MalformedRequest,
  MetricsDecoder,
  type ExportHandler,
  type ExportOutcome,
  type PointSink,
} from "../otlp/index.ts";
import type { CaptureWriter } from "./capture-writer.ts";

export interface RecordingPorts {
  readonly writer: CaptureWriter;
  /** To the server behind it. */
  readonly relay?: ExportHandler;
  /** Wall clock, ms. */
  readonly now: () => number;
}

/** `full`: the file has no more room. `failed`: it cannot be written any more. */
export type RecordingEnd =
  { readonly kind: "full" } | { readonly kind: "failed"; readonly error: unknown };

const ENDED: ExportOutcome = {
  kind: "unavailable",
  message: "the recording has ended",
  retryAfterSeconds: 1,
};

export class Recording {
  /** Resolves when nothing more can be recorded. */
  readonly ended: Promise<RecordingEnd>;
  readonly #ports: RecordingPorts;
  readonly #decoder = new MetricsDecoder();
  #hasEnded = false;
  #end: (end: RecordingEnd) => void = () => undefined;

  constructor(ports: RecordingPorts) {
    this.#ports = ports;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  readonly handle: ExportHandler = async (request) => {
    if (this.#hasEnded) return ENDED;
    const { relay, now } = this.#ports;
    const error = this.#errorOf(request);
    if (error !== undefined) return { kind: "malformed", error };
    const arrivedMs = now();
    const outcome: ExportOutcome =
      relay === undefined ? { kind: "accepted" } : await relay(request);
    if (outcome.kind !== "accepted" && outcome.kind !== "partial") return outcome;
    const isWritten = await this.#write(request, arrivedMs);
    // The server behind has taken it, and sees that it is the same should it come again.
    return isWritten || relay !== undefined ? outcome : ENDED;
  };

  #errorOf(request: Uint8Array): MalformedRequest | undefined {
    try {
      this.#decoder.decode(request, CHECK_ONLY);
      return undefined;
    } catch (error) {
      if (error instanceof MalformedRequest) return error;
      throw error;
    }
  }

  async #write(request: Uint8Array, arrivedMs: number): Promise<boolean> {
    if (this.#hasEnded) return false;
    try {
      const hasRoom = await this.#ports.writer.append(request, arrivedMs);
      if (!hasRoom) this.#finish({ kind: "full" });
      return hasRoom;
    } catch (error) {
      this.#finish({ kind: "failed", error });
      return false;
    }
  }

  #finish(end: RecordingEnd): void {
    this.#hasEnded = true;
    this.#end(end);
  }
}

/** The decoder checks what is declined too. */
const CHECK_ONLY: PointSink = {
  resource: () => undefined,
  scope: () => undefined,
  metric: () => false,
  number: () => undefined,
  histogram: () => undefined,
  exponential: () => undefined,
  summary: () => undefined,
};
