import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { createApi, openApiDocument } from "../../src/api/index.ts";
import { calendarSources, compositeSources, world } from "./world.ts";

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<
    Record<
      string,
      { readonly content: Readonly<Record<string, { readonly schema?: { $ref: string } }>> }
    >
  >;
}
const document = openApiDocument("1.2.3") as {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, { readonly get: Operation; readonly post?: Operation }>>;
};

const operations = (): [string, Operation][] =>
  Object.entries(document.paths).map(([path, { get, post }]) => [path, post ?? get]);

function validator(): (ref: string, value: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, "api");
  return (ref, value) => {
    const validate = ajv.compile({ $ref: `api${ref}` });
    validate(value);
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };
}
const faults = validator();

/** The answer at `path` must be described for its status and content type, and fit. */
async function check(
  path: string,
  template: string,
  status: number,
  sources = world().sources,
): Promise<unknown> {
  const response = await createApi(sources, { bearerTokens: [] }).request(path);
  expect(response.status).toBe(status);
  const content = document.paths[template]!.get.responses[String(status)]!.content;
  const type = response.headers.get("content-type")!.split(";")[0]!;
  expect(Object.keys(content)).toContain(type);
  const schema = content[type]!.schema;
  if (schema === undefined) return undefined;
  const body: unknown = await response.json();
  expect(faults(schema.$ref, body)).toEqual([]);
  return body;
}

describe("every answer is what the OpenAPI document says", () => {
  it.each([
    ["/-/healthy", "/-/healthy", 200],
    ["/-/ready", "/-/ready", 200],
    ["/api/v1/slos", "/api/v1/slos", 200],
    ["/api/v1/slos?service=checkout&label=tier=1", "/api/v1/slos", 200],
    ["/api/v1/slos?limit=0", "/api/v1/slos", 400],
    ["/api/v1/slos/checkout/latency", "/api/v1/slos/{service}/{name}", 200],
    ["/api/v1/slos/search/availability", "/api/v1/slos/{service}/{name}", 200],
    ["/api/v1/slos/search/availabilty", "/api/v1/slos/{service}/{name}", 404],
    ["/api/v1/alerts", "/api/v1/alerts", 200],
    ["/api/v1/alerts?state=gone", "/api/v1/alerts", 400],
    ["/api/v1/rules", "/api/v1/rules", 200],
    ["/api/v1/status", "/api/v1/status", 200],
    ["/api/v1/metrics?name=a", "/api/v1/metrics", 200],
    ["/api/v1/metrics", "/api/v1/metrics", 400],
    ["/metrics", "/metrics", 200],
    ["/dashboards", "/dashboards", 200],
    ["/dashboards/slowburn-fleet.json", "/dashboards/{file}", 200],
    ["/dashboards/none.json", "/dashboards/{file}", 404],
    ["/schema/slowburn-v1.json", "/schema/slowburn-v1.json", 200],
  ])("%s", async (path, template, status) => {
    await check(path, template, status);
  });

  it("of an SLO made of others", async () => {
    await check("/api/v1/slos", "/api/v1/slos", 200, compositeSources());
    await check(
      "/api/v1/slos/shop/journey",
      "/api/v1/slos/{service}/{name}",
      200,
      compositeSources(),
    );
  });
  it("of a calendar window too", async () => {
    await check("/api/v1/slos", "/api/v1/slos", 200, calendarSources());
  });

  it("also while it is not ready, before the first tick, and when the disk does not tell", async () => {
    const { sources } = world();
    const recovering = { kind: "recovering", reason: "reading the journal" } as const;
    const early = {
      ...sources,
      readiness: () => recovering,
      engine: { ...sources.engine, tickedAtMs: 0, streamsOf: () => [] },
      status: async () => ({ ...(await sources.status()), storage: undefined }),
    };
    await check("/-/ready", "/-/ready", 503, early);
    await check("/api/v1/slos", "/api/v1/slos", 200, early);
    await check("/api/v1/status", "/api/v1/status", 200, early);
  });

  it("finds an answer that does not fit", () => {
    expect(faults("#/components/schemas/Health", { status: "bad" })).not.toEqual([]);
    expect(faults("#/components/schemas/Health", { status: "ok", more: 1 })).not.toEqual([]);
  });
});

describe("the document", () => {
  it("is served, is OpenAPI 3.1, and names each operation once", async () => {
    const response = await createApi(world().sources, { bearerTokens: [] }).request(
      "/openapi.json",
    );
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
    expect(document.openapi).toBe("3.1.0");
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("resolves every $ref and declares every path parameter", () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(text).toContain(`"${name}":{`);
    for (const [path, { parameters }] of operations()) {
      const declared = parameters.filter((each) => each.in === "path").map((each) => each.name);
      expect(declared).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
    expect(text).not.toContain("$id");
  });
});
