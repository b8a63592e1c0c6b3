/** `/metrics` as a streamed response: a large exposition is neither held in memory nor written at once. */
import { Readable } from "node:stream";
import type { Context } from "hono";
import type { ApiSources } from "./sources.ts";

export function scrapeResponse(c: Context, { scrape }: ApiSources): Response {
  const { headers, body } = scrape({
    accept: c.req.header("accept"),
    acceptEncoding: c.req.header("accept-encoding"),
  });
  if (c.req.raw.method === "HEAD") {
    body.destroy(); // nobody reads it
    return new Response(null, { headers });
  }
  // The two type declarations of web streams (Node's, the DOM's) are one class at run time.
  const stream = Readable.toWeb(body) as unknown as ReadableStream<Uint8Array>;
  return new Response(stream, { headers });
}
