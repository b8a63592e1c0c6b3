/** Hands requests on to a running server (OTLP/HTTP in protobuf), and its answers back. */
import { MalformedRequest, type ExportHandler, type ExportOutcome } from "../otlp/index.ts";

export interface RelaySettings {
  /** `http://127.0.0.1:4318`; `/v1/metrics` is added. */
  readonly url: string;
  readonly token?: string;
  readonly fetch: typeof fetch;
}

const TIMEOUT_MS = 20_000;
const RETRY_AFTER_SECONDS = 1;
const MAX_ANSWER_BYTES = 64 * 1024;

export function createRelay({ url, token, fetch }: RelaySettings): ExportHandler {
  const headers = {
    "content-type": "application/x-protobuf",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return async (request) => {
    try {
      const response = await fetch(`${url}/v1/metrics`, {
        method: "POST",
        headers,
        body: Buffer.from(request), // a copy: the receiver uses its memory again
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return outcomeOf(response, await startOf(response));
    } catch (error) {
      const { cause = error } = error instanceof Error ? error : {}; // fetch hides what happened
      const reason = cause instanceof Error ? cause.message : String(cause);
      return unavailable(`${url} cannot be reached: ${reason}`, RETRY_AFTER_SECONDS);
    }
  };
}

/** What comes beyond the bound is not read. */
async function startOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES);
}

function outcomeOf(response: Response, body: Uint8Array): ExportOutcome {
  const { status } = response;
  if (status === 200) return takenOf(body);
  const asked = response.headers.get("retry-after") ?? "";
  const retryAfterSeconds = /^\d{1,6}$/.test(asked) ? Number(asked) : RETRY_AFTER_SECONDS; // a date, too, may be there
  const said = `the server behind the recorder answered ${status}`;
  if (status === 400) return { kind: "malformed", error: new MalformedRequest("", said, -1) };
  if (status === 413) return { kind: "too large", message: `${said}: send fewer points a request` };
  if (status === 429) return { kind: "overloaded", message: said, retryAfterSeconds };
  // 401 and 404 too: it is the recorder that is set up wrongly, and the sender's data must not be lost for it.
  return unavailable(said, retryAfterSeconds);
}

const unavailable = (message: string, retryAfterSeconds: number): ExportOutcome => ({
  kind: "unavailable",
  message,
  retryAfterSeconds,
});

/**
 * `ExportMetricsServiceResponse { ExportMetricsPartialSuccess partial_success = 1; }`, and in it
 * `int64 rejected_data_points = 1; string error_message = 2;` (metrics_service.proto).
 */
function takenOf(body: Uint8Array): ExportOutcome {
  const reader = new AnswerReader(body);
  let rejectedPoints = 0;
  let message = "";
  if (reader.byte() === 0x0a) {
    reader.varint(); // its size: nothing follows it
    for (let tag = reader.byte(); tag !== undefined; tag = reader.byte()) {
      if (tag === 0x08) rejectedPoints = reader.varint();
      else if (tag === 0x12) message = reader.text(reader.varint());
      else break;
    }
  }
  if (rejectedPoints === 0 && message === "") return { kind: "accepted" };
  return { kind: "partial", rejectedPoints, message, reason: "said by the server behind" };
}

class AnswerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number | undefined {
    return this.#bytes[this.#at++];
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte() ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  text(size: number): string {
    this.#at += size;
    return Buffer.from(this.#bytes.subarray(this.#at - size, this.#at)).toString();
  }
}
