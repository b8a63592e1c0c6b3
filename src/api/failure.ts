/** Errors of the API: thrown anywhere in a handler, answered in one shape (RFC 9457, application/problem+json). */
import type { ProblemAnswer } from "./answers.ts";

const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;
export type FailureStatus = keyof typeof TITLES;

/** What the client can be told: never the text of an unexpected error. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly status: FailureStatus;
  readonly hint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: FailureStatus,
    detail: string,
    more: {
      readonly hint?: string | undefined;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.status = status;
    this.hint = more.hint;
    this.headers = more.headers ?? {};
  }
}

export function failureResponse(failure: ApiFailure): Response {
  const body: ProblemAnswer = {
    type: "about:blank",
    title: TITLES[failure.status],
    status: failure.status,
    detail: failure.message,
    hint: failure.hint ?? null,
  };
  const headers = { ...failure.headers, "content-type": "application/problem+json" };
  return new Response(JSON.stringify(body), { status: failure.status, headers });
}
