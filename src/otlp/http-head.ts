/** What can be refused by the head of an HTTP request alone, before its body is read. */
import type { IncomingMessage } from "node:http";
import { CONTENT_TYPES, encodingOf } from "./body-encoding.ts";
import { compressionOf, SUPPORTED_COMPRESSIONS } from "./decompress.ts";
import { httpRefusal, type Reply } from "./http-reply.ts";
import type { ReceiverSettings } from "./receiver.ts";
import { RpcCode } from "./rpc-status.ts";

const PATH = "/v1/metrics";

/** Undefined when the body is wanted. */
export function refusalByHead(
  { method, url = "", headers }: IncomingMessage,
  { authorize }: ReceiverSettings,
): Reply | undefined {
  if (url.split("?", 1)[0] !== PATH)
    return httpRefusal(404, "path", RpcCode.notFound, `nothing is served here but POST ${PATH}`);
  if (method !== "POST")
    return httpRefusal(405, "method", RpcCode.unimplemented, `${PATH} takes POST only`, {
      Allow: "POST",
    });
  if (authorize !== undefined && !authorize(headers))
    return httpRefusal(
      401,
      "unauthenticated",
      RpcCode.unauthenticated,
      "the bearer token is missing or wrong",
      { "WWW-Authenticate": "Bearer" },
    );
  return refusalOfType(headers["content-type"]) ?? refusalOfCoding(headers["content-encoding"]);
}

function refusalOfType(contentType: string | undefined): Reply | undefined {
  if (encodingOf(contentType) !== undefined) return undefined;
  const shown = contentType === undefined ? "no Content-Type" : `Content-Type ${contentType}`;
  const wanted = Object.values(CONTENT_TYPES).join(" or ");
  return httpRefusal(
    415,
    "content type",
    RpcCode.invalidArgument,
    `${shown} is not taken, only ${wanted}`,
  );
}

function refusalOfCoding(contentEncoding: string | undefined): Reply | undefined {
  if (compressionOf(contentEncoding) !== undefined) return undefined;
  const supported = SUPPORTED_COMPRESSIONS.join(", ");
  const message = `Content-Encoding ${contentEncoding} is not taken, only ${supported}`;
  return httpRefusal(415, "encoding", RpcCode.invalidArgument, message, {
    "Accept-Encoding": supported,
  });
}
