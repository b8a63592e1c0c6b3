/** The real HTTP client against receivers that misbehave. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  Dispatcher,
  DISPATCHER_DEFAULTS,
  fetchPost,
  nodeTimers,
  type PostRequest,
} from "../../src/alerts/index.ts";
import { alertOf } from "./dispatcher-bench.ts";

type Handle = (request: IncomingMessage, response: ServerResponse, body: string) => void;
const servers: Server[] = [];

async function serve(handle: Handle, port = 0): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => handle(request, response, body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const post = (url: string, part: Partial<PostRequest> = {}) =>
  fetchPost({
    url,
    body: "[]",
    headers: {},
    auth: {},
    timeoutMs: 2_000,
    signal: new AbortController().signal,
    ...part,
  });

describe("one request", () => {
  it("carries JSON, the operator's headers and the token of the moment", async () => {
    const seen: (string | undefined)[][] = [];
    const url = await serve(({ method, headers }, response, body) => {
      const { authorization } = headers;
      seen.push([
        method,
        headers["content-type"],
        headers["x-team"] as string,
        authorization,
        body,
      ]);
      response.end("ok");
    });
    const folder = await mkdtemp(join(tmpdir(), "slowburn-"));
    const bearerTokenFile = join(folder, "token");
    const auth = { bearerTokenFile, headers: { "X-Team": "shop" } };
    await writeFile(bearerTokenFile, "one\n");
    expect(await post(url, { auth })).toEqual({ kind: "answered", status: 200 });
    await writeFile(bearerTokenFile, "two\n");
    await post(url, { auth });
    await rm(folder, { recursive: true });
    expect(seen).toEqual([
      ["POST", "application/json", "shop", "Bearer one", "[]"],
      ["POST", "application/json", "shop", "Bearer two", "[]"],
    ]);
    expect(await post(url, { auth })).toMatchObject({ kind: "unanswered" }); // the file is gone
    expect(seen).toHaveLength(2);
  });

  it("does not follow a redirect", async () => {
    let followed = 0;
    const elsewhere = await serve((_, response) => {
      followed++;
      response.end();
    });
    const url = await serve((_, response) =>
      response.writeHead(307, { location: elsewhere }).end(),
    );
    expect(await post(url)).toEqual({ kind: "answered", status: 307 });
    expect(followed).toBe(0);
  });

  it("reads Retry-After, with a bound", async () => {
    const url = await serve((request, response) =>
      response.writeHead(503, { "retry-after": request.url === "/far" ? "99999" : "7" }).end(),
    );
    expect(await post(url)).toEqual({ kind: "answered", status: 503, retryAfterMs: 7_000 });
    expect(await post(`${url}/far`)).toMatchObject({ retryAfterMs: 300_000 });
  });

  it("names what went wrong: refused, reset, too slow, stopped", async () => {
    const gone = await serve(() => undefined);
    const slow = await serve(() => undefined);
    const [closed] = servers.splice(0, 1);
    await new Promise((resolve) => closed!.close(resolve));
    expect(await post(gone)).toMatchObject({
      kind: "unanswered",
      reason: expect.stringContaining("ECONNREFUSED"),
    });
    const broken = await serve((request) => request.socket.destroy());
    expect(await post(broken)).toMatchObject({ kind: "unanswered" });
    expect(await post(slow, { timeoutMs: 50 })).toEqual({
      kind: "unanswered",
      reason: "no answer within 50 ms",
    });
    const stop = new AbortController();
    const pending = post(slow, { signal: stop.signal });
    stop.abort();
    expect(await pending).toMatchObject({ kind: "unanswered" });
  });

  it("does not read an endless answer, nor wait for one that stalls", async () => {
    const endless = await serve((_, response) => {
      response.writeHead(200);
      const more = () => response.write("x".repeat(16_384), (error) => void (error ?? more()));
      more();
    });
    expect(await post(endless)).toEqual({ kind: "answered", status: 200 });
    const stalls = await serve((_, response) => void response.writeHead(200).write("x"));
    expect(await post(stalls, { timeoutMs: 50 })).toMatchObject({ kind: "unanswered" });
  });
});

it("a receiver that resets, then errs, then answers gets its alert, once taken", async () => {
  const answers = ["reset", "500", "ok"];
  const seen: string[] = [];
  const told: string[] = [];
  let settled: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (settled = resolve));
  const url = await serve((request, response, body) => {
    const answer = answers[seen.length];
    seen.push(`${answer} ${(JSON.parse(body) as { status: string }).status}`);
    if (answer === "reset") request.socket.destroy();
    else response.writeHead(answer === "500" ? 500 : 200).end();
  });
  const dispatcher = new Dispatcher(
    {
      ...DISPATCHER_DEFAULTS,
      backoffMs: { first: 10, longest: 50 },
      receivers: [{ name: "hook", kind: "webhook", url }],
      externalUrl: "http://slowburn:4319",
    },
    {
      post: fetchPost,
      timers: nodeTimers,
      random: () => 0,
      record: async (change) => {
        if (change.removedIds.length > 0) settled();
      },
      alerts: { current: () => [], describe: (alert) => alert },
      onDelivery: (_target, { kind }) => void told.push(kind),
    },
  );
  const now = Date.now();
  const transition = { kind: "firing", at: now, alert: alertOf("a"), notify: "firing" } as const;
  dispatcher.accept(dispatcher.prepare([transition], now), now);
  await done;
  expect(seen).toEqual(["reset firing", "500 firing", "ok firing"]);
  expect(told).toEqual(["failed", "recovered"]);
  expect(dispatcher.stats()[0]).toMatchObject({ sent: 1, failed: 2, queueLength: 0 });
  await dispatcher.stop();
});
