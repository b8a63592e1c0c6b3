/** Reads a request's body into one buffer, within its own bound and that of all requests together. */
import type { IncomingMessage } from "node:http";
import type { BodyBuffers } from "./body-buffers.ts";
import { freeMemory } from "./free-memory.ts";
import type { HeldShare } from "./held-bytes.ts";
import type { OpenRequest } from "./open-requests.ts";
import { busy, tooLarge, type Refusal } from "./refusal.ts";

export type BodyRead =
  | {
      readonly kind: "body";
      readonly bytes: Buffer;
      /** Frees the memory of `bytes`, which nobody may read any more. */
      readonly release: () => void;
    }
  | Refusal
  /** The client went away: there is nobody to answer. */
  | { readonly kind: "aborted" };

/** How much of a refused body is still read so that the client gets to see the answer rather than a reset. */
const DRAINED_BYTES = 64 * 1024 * 1024;

/** A refusal, by `open.refuse` too, resolves at once; the rest of the body is then drained by `drain`. */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  share: HeldShare,
  buffers: BodyBuffers,
  open: Pick<OpenRequest, "refuse">,
): Promise<BodyRead> {
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > maxBytes) return Promise.resolve(tooLarge("body", maxBytes));
  // Room is taken before the body is read, where its size is known.
  if (!share.grow(declared)) return Promise.resolve(busy());
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let heldBytes = declared;
    /** Where pieces are gathered when their sum is known. */
    let buffer: Buffer | undefined;
    const settle = (read: BodyRead): void => {
      open.refuse = undefined;
      request.off("data", onData).off("end", onEnd).off("close", onAbort).off("error", onAbort);
      if (buffer !== undefined && read.kind !== "body") buffers.giveBack(buffer);
      resolve(read);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) return settle(tooLarge("body", maxBytes));
      if (size > heldBytes) {
        if (!share.grow(size - heldBytes)) return settle(busy());
        heldBytes = size;
      }
      if (chunk.length < declared) buffer ??= buffers.take(declared);
      if (buffer === undefined) chunks.push(chunk);
      else {
        chunk.copy(buffer, size - chunk.length);
        freeMemory(chunk);
      }
    };
    const onEnd = (): void => {
      const gathered = buffer;
      if (gathered !== undefined) {
        const release = (): void => buffers.giveBack(gathered);
        return settle({ kind: "body", bytes: gathered.subarray(0, size), release });
      }
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
      settle({ kind: "body", bytes, release: () => freeMemory(bytes) });
    };
    const onAbort = (): void => settle({ kind: "aborted" });
    open.refuse = settle;
    request.on("data", onData).on("end", onEnd).on("close", onAbort).on("error", onAbort);
  });
}

/** Discards what is left of a body, within a bound; Node's `requestTimeout` bounds the time, too. */
export function drain(request: IncomingMessage): void {
  if (request.complete && request.readableEnded) return;
  let drained = 0;
  request.on("error", () => {
    // A client that goes away while its refused body is discarded: nothing is lost.
  });
  request.on("data", (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > DRAINED_BYTES) request.socket.destroy();
  });
}
