import { describe, expect, it } from "vitest";
import { createApi, type PlanAnswer, type ProblemAnswer } from "../../src/api/index.ts";
import { OperationError } from "../../src/slo/index.ts";
import { world } from "./world.ts";

const JSON_TYPE = { "content-type": "application/json" };
const post = (body: string, headers: Record<string, string> = JSON_TYPE, more = {}) =>
  createApi(world(more).sources, { bearerTokens: [] }).request("/api/v1/plan", {
    method: "POST",
    body,
    headers,
  });
const ASKED = JSON.stringify({ files: [{ file: "a.yaml", text: "" }], isWhole: true });

describe("POST /api/v1/plan", () => {
  it("hands the files over and answers", async () => {
    const asked: unknown[] = [];
    const plan = (request: unknown) => {
      asked.push(request);
      return Promise.resolve({ problems: [], plan: { atMs: 5, changes: [], unchangedCount: 3 } });
    };
    const response = await post(ASKED, JSON_TYPE, { plan });
    expect(await response.json()).toEqual({
      at: "1970-01-01T00:00:00.005Z",
      problems: [],
      changes: [],
      unchangedCount: 3,
    } satisfies PlanAnswer);
    expect(asked).toEqual([JSON.parse(ASKED)]);
  });

  it.each<[what: string, body: string, headers: Record<string, string>, status: number, RegExp]>([
    ["no JSON", "{", JSON_TYPE, 400, /no JSON/],
    ["no object", "[]", JSON_TYPE, 400, /the body/],
    ["no files", '{"isWhole":true}', JSON_TYPE, 400, /files: /],
    ["more than is asked for", `${ASKED.slice(0, -1)},"x":1}`, JSON_TYPE, 400, /"x"/],
    [
      "no text",
      '{"files":[{"file":"a","text":1}],"isWhole":true}',
      JSON_TYPE,
      400,
      /files\.0\.text/,
    ],
    ["__proto__", '{"__proto__":{"files":[]},"isWhole":true}', JSON_TYPE, 400, /files/],
    ["what a form sends", ASKED, { "content-type": "text/plain" }, 415, /is JSON/],
    ["nothing said of its type", ASKED, {}, 415, /is JSON/],
    ["16 MiB and more", " ".repeat(16 * 1024 * 1024) + ASKED, JSON_TYPE, 413, /over 16 MiB/],
  ])("refuses a body with %s", async (_what, body, headers, status, says) => {
    const response = await post(body, headers);
    const { detail } = (await response.json()) as ProblemAnswer;
    expect([response.status, response.headers.get("content-type")]).toEqual([
      status,
      "application/problem+json",
    ]);
    expect(detail).toMatch(says);
  });

  it("that cannot be told now is 503 and says when to ask again", async () => {
    const plan = () =>
      Promise.reject(new OperationError("plan-busy", "later", { retryable: true }));
    const response = await post(ASKED, JSON_TYPE, { plan });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  });

  it("is not a GET", async () => {
    const app = createApi(world().sources, { bearerTokens: [] });
    const response = await app.request("/api/v1/plan");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });
});
