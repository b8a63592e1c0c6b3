import { get } from "node:https";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  bearerCheck,
  createApi,
  listenApi,
  type ProblemAnswer,
  type RunningApi,
} from "../../src/api/index.ts";
import { OperationError } from "../../src/slo/index.ts";
import { TEST_TLS } from "./test-tls.ts";
import { world } from "./world.ts";

const TOKEN = "canary-5b1f77e09d";
const api = (tokens: readonly string[] = []) =>
  createApi(world().sources, { bearerTokens: tokens });

describe("errors", () => {
  it.each<[path: string, method: string, status: number, detail: RegExp, hint: RegExp | null]>([
    ["/nowhere", "GET", 404, /nothing is at \/nowhere/, /GET \/ lists/],
    ["/nowhere", "POST", 404, /nothing is at/, /lists/],
    ["/api/v1/slos", "POST", 405, /does not answer POST/, null],
    ["/api/v1/slos/a/b", "DELETE", 405, /does not answer DELETE/, null],
    [
      "/api/v1/slos/search/x",
      "GET",
      404,
      /no SLO "search\/x"/,
      /did you mean checkout\/availability\?/,
    ],
    ["/dashboards/x.json", "GET", 404, /no dashboard/, /slowburn-fleet\.json/],
    [
      "/api/v1/slos?sevice=checkout",
      "GET",
      400,
      /unknown query parameter "sevice"/,
      /service, label/,
    ],
    ["/api/v1/status?x=1", "GET", 400, /unknown query parameter/, /takes none/],
    ["/api/v1/slos?service=a&service=b", "GET", 400, /more than once/, null],
    ["/api/v1/slos?label=tier", "GET", 400, /label is "tier"/, /label=tier=1/],
    ["/api/v1/slos?limit=1e3", "GET", 400, /limit is/, /whole number/],
    ["/api/v1/alerts?severity=loud", "GET", 400, /severity is "loud"/, /page, ticket/],
  ])("%s %s answers %i in one shape", async (path, method, status, detail, hint) => {
    const response = await api().request(path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const body = (await response.json()) as ProblemAnswer;
    expect(body.status).toBe(status);
    expect(body.detail).toMatch(detail);
    if (hint !== null) expect(body.hint).toMatch(hint);
  });

  it("405 lists what the path answers", async () => {
    const response = await api().request("/metrics", { method: "PUT" });
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  it("of our own are 500, told to the log and not to the client", async () => {
    const { sources, failures } = world({
      rules: () => {
        throw new Error(TOKEN);
      },
    });
    const response = await createApi(sources, { bearerTokens: [] }).request("/api/v1/rules");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain(TOKEN);
    expect(failures).toHaveLength(1);
  });

  it.each(["/-/healthy?x=1", "/-/ready?probe=kubelet", "/metrics?x=1&x=2"])(
    "%s passes over parameters that probes and scrapers add",
    async (path) => {
      const app = createApi(world().sources, { bearerTokens: [] });
      expect((await app.request(path)).status).toBe(200);
    },
  );

  it("not ready says why and when to ask again", async () => {
    const { sources } = world({ readiness: () => ({ kind: "stopping", reason: "SIGTERM" }) });
    const app = createApi(sources, { bearerTokens: [] });
    const response = await app.request("/-/ready");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(((await response.json()) as ProblemAnswer).detail).toBe("stopping: SIGTERM");
    expect((await app.request("/-/healthy")).status).toBe(200);
  });
});

describe("bearer tokens", () => {
  it.each<[header: string | undefined, allowed: boolean]>([
    [`Bearer ${TOKEN}`, true],
    [`bearer ${TOKEN}`, true],
    ["Bearer second-token", true],
    [undefined, false],
    ["Bearer ", false],
    [TOKEN, false],
    [`Basic ${TOKEN}`, false],
    [`Bearer ${TOKEN}x`, false],
    [`Bearer ${TOKEN.slice(0, -1)}`, false],
    [`Bearer ${TOKEN} extra`, false],
  ])("%j is allowed: %s", (header, allowed) => {
    expect(bearerCheck([TOKEN, "second-token"])(header)).toBe(allowed);
  });

  it("are asked for on every path but the health checks, unknown ones too", async () => {
    const app = api([TOKEN]);
    for (const path of ["/", "/api/v1/slos", "/metrics", "/openapi.json", "/nowhere"]) {
      const response = await app.request(path);
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/);
    }
    expect((await app.request("/-/healthy")).status).toBe(200);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await app.request("/api/v1/slos", { headers })).status).toBe(200);
  });

  it("are in no answer", async () => {
    const app = api([TOKEN]);
    const headers = { authorization: `Bearer ${TOKEN}` };
    for (const path of [
      "/",
      "/api/v1/status",
      "/api/v1/rules",
      "/openapi.json",
      "/metrics",
      "/x",
    ]) {
      const response = await app.request(path, { headers });
      expect((await response.text()) + JSON.stringify([...response.headers])).not.toContain(TOKEN);
    }
  });
});

describe("headers", () => {
  it.each(["/", "/api/v1/slos", "/metrics", "/nowhere"])(
    "of %s let nothing frame, sniff or run",
    async (path) => {
      const { headers } = await api().request(path);
      expect(headers.get("content-security-policy")).toMatch(
        /default-src 'none'.*frame-ancestors 'none'/,
      );
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    },
  );

  it("HEAD has those of GET and no body", async () => {
    for (const path of ["/metrics", "/api/v1/slos", "/"]) {
      const [get, head] = [
        await api().request(path),
        await api().request(path, { method: "HEAD" }),
      ];
      expect(head.status).toBe(200);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
      expect(await head.text()).toBe("");
    }
  });
});

describe("the landing page", () => {
  it("lists every path, runs no script, and its style is the one that the policy admits", async () => {
    const response = await api().request("/");
    const html = await response.text();
    expect(html).toContain('href="/api/v1/slos"');
    expect(html).toContain("/api/v1/slos/{service}/{name}");
    expect(html).toContain("<dt>/api/v1/metrics?name={name}</dt>");
    expect(html).toContain("as <code>Accept</code> asks");
    expect(html).not.toContain("<script");
    const style = /<style>([\s\S]*)<\/style>/.exec(html)![1]!;
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    const hash = Buffer.from(digest).toString("base64");
    expect(response.headers.get("content-security-policy")).toContain(`'sha256-${hash}'`);
  });
});

it("every link of the landing page leads somewhere", async () => {
  const html = await (await api().request("/")).text();
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, path]) => path ?? "");
  expect(links.length).toBeGreaterThan(5);
  const statuses = await Promise.all(
    links.map(async (path) => [path, (await api().request(path)).status] as const),
  );
  expect(statuses.filter(([, status]) => status !== 200)).toEqual([]);
});

describe("listenApi", () => {
  let running: RunningApi | undefined;
  afterEach(async () => {
    await running?.close(0);
    running = undefined;
  });

  it("answers over a socket, metrics streamed in the format asked for", async () => {
    running = await listenApi(api(), { host: "127.0.0.1", port: 0 });
    expect(running.url).toBe(`http://127.0.0.1:${running.port}`);
    const response = await fetch(`${running.url}/metrics`, { headers: { accept: "om" } });
    expect(response.headers.get("content-type")).toBe("application/openmetrics-text");
    expect(await response.text()).toBe("a 1\nb 2\n");
    const head = await fetch(`${running.url}/metrics`, { method: "HEAD" });
    expect(head.status).toBe(200);
  });

  it("speaks TLS when it is given a certificate, and nothing else then", async () => {
    running = await listenApi(api(), { host: "127.0.0.1", port: 0, tls: TEST_TLS });
    const { url, port } = running;
    expect(url).toBe(`https://127.0.0.1:${port}`);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      get(`${url}/-/healthy`, { ca: TEST_TLS.cert }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on("error", reject);
    });
    expect(status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${port}/-/healthy`)).rejects.toThrow();
  });

  it("says in a sentence that the port is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const failure = await listenApi(api(), { host: "127.0.0.1", port }).catch(
      (error: unknown) => error,
    );
    other.close();
    expect(failure).toBeInstanceOf(OperationError);
    expect((failure as OperationError).code).toBe("port-in-use");
    expect((failure as OperationError).message).toBe(
      `cannot listen for the API on 127.0.0.1:${port}: another program listens there; stop it, or choose another port`,
    );
  });

  it("closes although a client keeps its connection, and refuses new ones", async () => {
    const app = await listenApi(api(), { host: "127.0.0.1", port: 0 });
    await (await fetch(`${app.url}/-/healthy`)).text(); // the client keeps this one alive
    await app.close();
    await expect(fetch(`${app.url}/-/healthy`)).rejects.toThrow();
  });
});
