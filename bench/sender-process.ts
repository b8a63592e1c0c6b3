/** The sender in a process of its own, so that its CPU time is not the server's. Speaks `RemoteSender`'s messages. */
import { OtlpLoad } from "./otlp-load.ts";
import { Sender } from "./sender.ts";
import type { SenderCall, SenderReply } from "./remote-sender.ts";

let load: OtlpLoad | undefined;
let sender: Sender | undefined;

async function answer(call: SenderCall): Promise<SenderReply["answer"]> {
  if (call.kind === "open") {
    load = new OtlpLoad(call.load, call.startMs);
    sender = new Sender(load, call.sender);
    await sender.open();
    return load.requestCount;
  }
  if (load === undefined || sender === undefined) throw new Error("open comes first");
  switch (call.kind) {
    case "round":
      return sender.round();
    case "paced":
      return sender.paced(call.requestsPerSecond, call.seconds);
    case "totals":
      return load.totals();
    case "close":
      sender.close();
      process.disconnect();
      return 0;
  }
}

process.on("message", (call: SenderCall) => {
  answer(call).then(
    (result) => {
      if (process.connected) process.send?.({ answer: result } satisfies SenderReply);
    },
    (error: unknown) => process.send?.({ answer: 0, error: String(error) } satisfies SenderReply),
  );
});
