/** Answers the main thread's calls, one at a time and in order. Runs in the storage thread; in tests, in the same thread. */
import type { MessagePort, Transferable } from "node:worker_threads";
import { DataDirectory } from "./data-directory.ts";
import type { Failpoint } from "./failpoint.ts";
import { toFailure } from "./failure.ts";
import type { AppendAnswer, AppendRequest, Call, Reply, StorageRequest } from "./messages.ts";
import type { Recovery } from "./store.ts";

/** Smaller arrays are cheaper to copy than to transfer. */
const TRANSFER_FROM_BYTES = 4096;

export function serve(port: MessagePort, failpoint: Failpoint): void {
  const directory = new DataDirectory(failpoint);
  port.on("message", ({ id, request }: Call) => {
    const reply = (message: Reply, transfer: readonly Transferable[]): void =>
      port.postMessage(message, transfer);
    try {
      const { answer, transfer } = answerOf(directory, request);
      reply({ kind: "done", id, answer }, transfer);
    } catch (error) {
      reply({ kind: "failed", id, failure: toFailure(error) }, []);
    }
    if (request.kind === "close") port.close();
  });
}

interface Answered {
  readonly answer: unknown;
  readonly transfer: readonly Transferable[];
}

const plain = (answer: unknown): Answered => ({ answer, transfer: [] });

function answerOf(directory: DataDirectory, request: StorageRequest): Answered {
  switch (request.kind) {
    case "open":
      return plain(directory.open(request));
    case "recover": {
      const answer = directory.recover(request.nowMs);
      return { answer, transfer: buffersOf(answer) };
    }
    case "append":
      return append(directory, request);
    case "begin-snapshot":
      return plain(directory.beginSnapshot());
    case "save-parts":
      return plain(directory.saveParts(request));
    case "commit-snapshot":
      return plain(directory.commitSnapshot(request.throughSeq, request.takenMs));
    case "prune":
      return plain(directory.prune());
    case "checkpoint":
      return plain(directory.checkpoint());
    case "stats":
      return plain(directory.stats());
    case "close":
      return plain(directory.close());
  }
}

/** The bytes go back in any case: to be used again, or to be tried again. */
function append(directory: DataDirectory, request: AppendRequest): Answered {
  const { bytes } = request;
  const transfer = [bytes.buffer];
  try {
    directory.append(request);
    return { answer: { bytes, failure: undefined } satisfies AppendAnswer, transfer };
  } catch (error) {
    return { answer: { bytes, failure: toFailure(error) } satisfies AppendAnswer, transfer };
  }
}

function buffersOf(recovery: Recovery): readonly Transferable[] {
  const arrays = [...recovery.parts.values(), ...recovery.entries.map((entry) => entry.body)];
  return arrays
    .filter(
      ({ byteLength, buffer }) =>
        byteLength >= TRANSFER_FROM_BYTES && byteLength === buffer.byteLength,
    )
    .map(({ buffer }) => buffer as ArrayBuffer); // SQLite's blobs are never shared memory.
}
