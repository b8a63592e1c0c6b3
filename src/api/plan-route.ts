/** `POST /api/v1/plan`: the body, under its limit, to what it asks. */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ApiFailure } from "./failure.ts";
import { passing } from "./metrics-route.ts";
import { planAnswer, type PlanRequest } from "./plan-answer.ts";
import { planRequest } from "./plan-schema.ts";
import type { ApiSources } from "./sources.ts";

/** Of the whole body: ten thousand files of 1.6 KB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const TOO_LARGE_HINT = "ask for some of the files at a time";

export async function planRoute(c: Context, sources: ApiSources): Promise<Response> {
  // A page of another origin can send text without asking first, but no JSON.
  const [type = ""] = (c.req.header("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json")
    throw new ApiFailure(415, "the body is JSON", { hint: "send Content-Type: application/json" });
  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      const detail = `the body is over ${MAX_BODY_BYTES / 1024 / 1024} MiB`;
      throw new ApiFailure(413, detail, { hint: TOO_LARGE_HINT });
    },
  });
  let request: PlanRequest | undefined;
  await limit(c, async () => {
    request = parseRequest(await c.req.text());
  });
  if (request === undefined) throw new ApiFailure(400, "the body could not be read");
  return c.json(planAnswer(await passing(sources.plan(request))));
}

/** Throws `ApiFailure` 400 that says which part is wrong. */
function parseRequest(text: string): PlanRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiFailure(400, "the body is no JSON");
  }
  const parsed = planRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "the body" : issue.path.join(".");
  throw new ApiFailure(400, `${where}: ${issue?.message ?? "is not what it should be"}`, {
    hint: '{ "files": [{ "file": "shop.yaml", "text": "…" }], "isWhole": true }',
  });
}
