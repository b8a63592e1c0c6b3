/**
 * Where `serve` runs. From dist in a worker thread, so that a sync or a checkpoint never holds the event loop up. From the .ts
 * sources (tests: Node 20 cannot load a .ts worker) in the same thread, over a MessageChannel, with the same copies, transfers
 * and turns of the event loop; test/storage/crash.test.ts runs the thread itself.
 */
import { MessageChannel, type Transferable, Worker } from "node:worker_threads";
import { type Failpoint, noFailpoint } from "./failpoint.ts";
import type { Call, Reply } from "./messages.ts";
import { serve } from "./serve.ts";

export interface StoragePort {
  post(call: Call, transfer: readonly Transferable[]): void;
  /** `onDeath`: no further reply will come. */
  listen(onReply: (reply: Reply) => void, onDeath: (reason: Error) => void): void;
  end(): Promise<void>;
}

export function startStorage(): StoragePort {
  return import.meta.url.endsWith(".ts") ? sameThreadStorage(noFailpoint) : threadStorage();
}

function threadStorage(): StoragePort {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { name: "slowburn-storage" });
  return {
    post: (call, transfer) => worker.postMessage(call, transfer),
    listen: (onReply, onDeath) => {
      worker.on("message", onReply);
      worker.on("error", onDeath);
      worker.on("exit", (code) => onDeath(new Error(`the storage thread ended (${code})`)));
    },
    end: async () => {
      await worker.terminate();
    },
  };
}

export function sameThreadStorage(failpoint: Failpoint): StoragePort {
  const { port1, port2 } = new MessageChannel();
  serve(port2, failpoint);
  return {
    post: (call, transfer) => port1.postMessage(call, transfer),
    listen: (onReply, onDeath) => {
      port1.on("message", onReply);
      port1.on("close", () => onDeath(new Error("the storage was closed")));
    },
    end: async () => port1.close(),
  };
}
