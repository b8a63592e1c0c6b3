/** Exports by hand, where a test must choose every time stamp and retry as it likes. */
import { buildRequest, type MetricInput, type RequestInput } from "../otlp/request-builder.ts";

/** Nanoseconds of a moment in ms; `nanos` more to tell points of one millisecond apart. */
export const at = (ms: number, nanos: number = 0): bigint =>
  BigInt(ms) * 1_000_000n + BigInt(nanos);

export const request = (
  service: string,
  metrics: readonly MetricInput[],
  more: RequestInput["resource"] = {},
): Uint8Array<ArrayBuffer> =>
  buildRequest({ resource: { "service.name": service, ...more }, metrics });

export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Rejects when there is no answer. */
export async function post(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/v1/metrics`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf", ...headers },
    body,
  });
  return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
}

/** As `post`, of what must be taken whole. */
export async function send(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await post(url, body);
  if (answer.status !== 200 || answer.body.length > 0)
    throw new Error(`${answer.status} ${Buffer.from(answer.body).toString()}`);
}
