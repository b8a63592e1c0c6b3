/** The hono application: routes, authorization, headers, errors. It owns no socket: tests call `app.request`. */
import { Hono, type MiddlewareHandler } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { bearerCheck } from "./authorization.ts";
import { ApiFailure, failureResponse } from "./failure.ts";
import { landingPage } from "./landing-page.ts";
import { openApiDocument } from "./openapi.ts";
import { readQuery } from "./query.ts";
import { type Route, ROUTES } from "./routes.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import type { ApiSources } from "./sources.ts";

export interface ApiSettings {
  /** Any of them opens everything but the health checks, which are open; none: no token is asked for. */
  readonly bearerTokens: readonly string[];
}

export function createApi(sources: ApiSources, settings: ApiSettings): Hono {
  const app = new Hono();
  app.use(securityHeaders);
  app.use(authorization(settings.bearerTokens));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  for (const route of ROUTES) addRoute(app, route, sources);
  addDocuments(app, sources.version);
  app.notFound((c) => failureResponse(notFound(c.req.path)));
  app.onError((error, c) => {
    if (error instanceof ApiFailure) return failureResponse(error);
    sources.onFailed(error, c.req.path);
    return failureResponse(new ApiFailure(500, "slowburn failed to answer; its log says more"));
  });
  return app;
}

function addRoute(app: Hono, route: Route, sources: ApiSources): void {
  app.on((route.method ?? "get").toUpperCase(), route.path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) => {
    if (route.takesAnyQuery !== true) readQuery(c.req.url, route.query); // refuses what it does not know
    return route.handle(c, sources);
  });
}

function addDocuments(app: Hono, version: string): void {
  const document = openApiDocument(version);
  app.get("/openapi.json", (c) => c.json(document));
  const documentEntry = { path: "/openapi.json", summary: "This API for machines: OpenAPI 3.1." };
  const page = landingPage(version, [...ROUTES, documentEntry]);
  app.get("/", (c) => c.html(page));
}

const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
};

function authorization(tokens: readonly string[]): MiddlewareHandler {
  const isAllowed = bearerCheck(tokens);
  const open = new Set(ROUTES.filter((route) => route.isOpen).map((route) => route.path));
  return async (c, next) => {
    if (!open.has(c.req.path) && !isAllowed(c.req.header("authorization"))) {
      throw new ApiFailure(401, "a bearer token is needed", {
        hint: "send Authorization: Bearer <token>",
        headers: { "www-authenticate": 'Bearer realm="slowburn"' },
      });
    }
    await next();
  };
}

function refuseMethod(c: { req: { method: string; path: string } }, allowed: string[]): Response {
  const detail = `${c.req.path} does not answer ${c.req.method}`;
  return failureResponse(new ApiFailure(405, detail, { headers: { allow: allowed.join(", ") } }));
}

const notFound = (path: string): ApiFailure =>
  new ApiFailure(404, `nothing is at ${path}`, { hint: "GET / lists what there is" });
