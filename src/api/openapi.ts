/** The OpenAPI 3.1 document, made of the route table and the answers' schemas. */
import type { Parameter } from "./query.ts";
import { type Route, ROUTES } from "./routes.ts";
import { componentSchemas } from "./schemas.ts";

const PROBLEM = {
  "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
};
const FAILURES: Readonly<Record<number, string>> = {
  400: "The request is wrong; `hint` says what would be right.",
  401: "The bearer token is missing or wrong.",
  404: "There is no such thing; `hint` names the nearest.",
  405: "The path answers other methods.",
  413: "The body is too large.",
  415: "The body is not what `Content-Type` must say.",
  500: "A fault of slowburn; its log says more.",
  503: "Not ready; `detail` says why.",
};

export function openApiDocument(version: string): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "slowburn",
      version,
      description:
        "Service level objectives from OpenTelemetry metrics. Moments are RFC 3339, spans seconds, ratios 0..1; null stands where there is no number.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths: Object.fromEntries(
      ROUTES.map((route) => [route.path, { [route.method ?? "get"]: operation(route) }]),
    ),
    components: {
      schemas: componentSchemas(),
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    },
    security: [{}, { bearer: [] }],
  };
}

function operation(route: Route): object {
  const { operationId, summary, answer, failures, isOpen, body } = route;
  const content =
    "schema" in answer
      ? { "application/json": { schema: { $ref: `#/components/schemas/${answer.schema}` } } }
      : { [answer.contentType]: {} };
  const statuses = [400, ...(isOpen ? [] : [401]), ...failures, 405, 500];
  return {
    operationId,
    summary,
    ...(isOpen ? { security: [] } : {}),
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    parameters: [...pathParameters(route.path), ...route.query.map(queryParameter)],
    responses: {
      200: { description: summary, content },
      ...Object.fromEntries(
        statuses.map((status) => [status, { description: FAILURES[status], content: PROBLEM }]),
      ),
    },
  };
}

const requestBody = (schema: string): object => ({
  required: true,
  content: { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } },
});

const pathParameters = (path: string): object[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));

const queryParameter = ({ name, description, schema, repeats, isRequired }: Parameter): object => ({
  name,
  in: "query",
  ...(isRequired === true ? { required: true } : {}),
  description,
  schema: repeats === true ? { type: "array", items: schema } : schema,
});
