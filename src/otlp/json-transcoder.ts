/**
 * OTLP/JSON -> the protobuf bytes of the same request, so that there is one decoder and one meaning. The mapping is
 * protobuf's (opentelemetry-proto docs/specification.md, "JSON Protobuf Encoding"); README, "JSON", lists the leniencies.
 */
import { ScalarMismatch, writePackedScalar, writeScalar } from "./json-scalar.ts";
import { MalformedRequest } from "./malformed-request.ts";
import { MAX_VALUE_LEVELS } from "./message-check.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import { isPacked, REQUEST, schemaOf, type FieldSchema, type MessageSchema } from "./schema.ts";

export interface TranscodedRequest {
  /** An `ExportMetricsServiceRequest`. */
  readonly request: Uint8Array;
  /** Not empty when the body is JSON that has nothing of OTLP; to be answered as a warning in `partial_success`. */
  readonly warning: string;
}

const ANY_VALUE = schemaOf("AnyValue");

/** Throws `MalformedRequest` that names the JSON path. */
export function transcodeJson(body: Uint8Array | string): TranscodedRequest {
  const root = parse(typeof body === "string" ? body : decodeText(body));
  if (!isObject(root)) throw new MalformedRequest("", "is not a JSON object", -1);
  const writer = new ProtobufWriter(Math.max(256, body.length >> 1));
  writeFields(writer, REQUEST, root, "", 0);
  const keys = Object.keys(root);
  const isForeign = keys.length > 0 && !keys.some((key) => REQUEST.byJsonName.has(key));
  return { request: writer.finish(), warning: isForeign ? foreignWarning(keys) : "" };
}

function foreignWarning(keys: readonly string[]): string {
  const shown = keys.slice(0, 3).map((key) => JSON.stringify(key.slice(0, 40)));
  return `nothing was taken: the body has no "resourceMetrics", only ${shown.join(", ")}`;
}

function decodeText(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    // The only way `decode` of a whole buffer fails.
    throw new MalformedRequest("", "is not valid UTF-8", -1);
  }
}

function parse(text: string): unknown {
  if (text.trim() === "") throw new MalformedRequest("", "is empty, not a JSON object", -1);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // A SyntaxError, whose message says where.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MalformedRequest("", `is not JSON: ${reason.replace(/\s+/g, " ").slice(0, 200)}`, -1);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `level` counts the AnyValues around the message. */
function writeFields(
  writer: ProtobufWriter,
  schema: MessageSchema,
  json: Record<string, unknown>,
  path: string,
  level: number,
): void {
  for (const key of Object.keys(json)) {
    const value = json[key];
    // Unknown keys are ignored, and null is the same as absent.
    const field = schema.byJsonName.get(key);
    if (field === undefined || value === null) continue;
    const fieldPath = path === "" ? key : `${path}.${key}`;
    if (field.repeated) writeRepeated(writer, field, value, fieldPath, level);
    else writeOne(writer, field, value, fieldPath, level);
  }
}

function writeRepeated(
  writer: ProtobufWriter,
  field: FieldSchema,
  value: unknown,
  path: string,
  level: number,
): void {
  if (!Array.isArray(value)) throw new MalformedRequest(path, "is not an array", -1);
  const items: readonly unknown[] = value;
  const { scalar } = field;
  if (scalar === undefined || !isPacked(field)) {
    for (const [index, item] of items.entries())
      writeOne(writer, field, item, `${path}[${index}]`, level);
    return;
  }
  const packed = writer.begin(field.number);
  for (const [index, item] of items.entries())
    naming(`${path}[${index}]`, () => writePackedScalar(writer, scalar, item));
  writer.end(packed);
}

function writeOne(
  writer: ProtobufWriter,
  field: FieldSchema,
  value: unknown,
  path: string,
  level: number,
): void {
  const { message, scalar, number } = field;
  if (message === undefined) {
    if (scalar !== undefined) naming(path, () => writeScalar(writer, number, scalar, value));
    return;
  }
  const inner = message === ANY_VALUE ? level + 1 : level;
  if (inner > MAX_VALUE_LEVELS)
    throw new MalformedRequest(path, `is nested deeper than ${MAX_VALUE_LEVELS} levels`, -1);
  if (!isObject(value)) throw new MalformedRequest(path, "is not an object", -1);
  const begun = writer.begin(number);
  writeFields(writer, message, value, path, inner);
  writer.end(begun);
}

function naming(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    if (cause instanceof ScalarMismatch) throw new MalformedRequest(path, cause.message, -1);
    throw cause;
  }
}
