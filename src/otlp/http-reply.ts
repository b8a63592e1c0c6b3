/** Answers as HTTP: which status an answer has, and what goes out where Node makes no response of it. */
import { STATUS_CODES } from "node:http";
import { CONTENT_TYPES, type BodyEncoding } from "./body-encoding.ts";
import type { ExportAnswer } from "./export-request.ts";
import { encodeResponse } from "./export-response.ts";
import { refused, type Refusal, type RefusalReason } from "./refusal.ts";
import { encodeStatus, RpcCode } from "./rpc-status.ts";

/** What is to be sent, before it is encoded. */
export interface Reply<Answer extends ExportAnswer = ExportAnswer> {
  readonly status: number;
  readonly answer: Answer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Only 429 and 503 are retried by clients, so only trouble that passes may become one. */
export function replyOf<Answer extends ExportAnswer>(answer: Answer): Reply<Answer> {
  if (answer.kind !== "refused") return { status: 200, answer };
  const { code, retryAfterSeconds } = answer;
  if (retryAfterSeconds === undefined)
    return { status: code === RpcCode.resourceExhausted ? 413 : 400, answer };
  const status = code === RpcCode.resourceExhausted ? 429 : 503;
  return { status, answer, headers: { "Retry-After": String(Math.ceil(retryAfterSeconds)) } };
}

/** A refusal for a reason that only HTTP has, and the status of it. */
export const httpRefusal = (
  status: number,
  reason: RefusalReason,
  code: RpcCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply<Refusal> => ({ status, answer: refused(reason, { code, message }), headers });

export function bodyOf(encoding: BodyEncoding, answer: ExportAnswer): Uint8Array {
  switch (answer.kind) {
    case "ok":
      return encodeResponse(encoding, undefined);
    case "partial":
      return encodeResponse(encoding, answer);
    case "refused":
      return encodeStatus(encoding, answer);
  }
}

/** The whole response as bytes, in JSON, for a connection that ends with it: there is no request to tell the encoding. */
export function rawReply({ status, answer, headers }: Reply<Refusal>): Buffer {
  const body = encodeStatus("json", answer);
  const head = {
    "Content-Type": CONTENT_TYPES.json,
    "Content-Length": String(body.length),
    Connection: "close",
    ...headers,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  const start = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n`;
  return Buffer.concat([Buffer.from(start), body]);
}
