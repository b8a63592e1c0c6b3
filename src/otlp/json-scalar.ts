/** One JSON value into one protobuf scalar (protobuf JSON mapping, with the leniencies of OTLP/JSON: README, "JSON"). */
import type { ProtobufWriter } from "./protobuf-writer.ts";
import type { ScalarKind } from "./schema.ts";

/** Says what was expected instead; the caller knows the path. */
export class ScalarMismatch extends Error {
  override readonly name = "ScalarMismatch";
}

const DECIMAL_INTEGER = /^-?[0-9]{1,20}$/;
const DECIMAL_NUMBER = /^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const HEX = /^(?:[0-9A-Fa-f]{2})*$/;
const TEMPORALITIES: ReadonlyMap<string, number> = new Map([
  ["AGGREGATION_TEMPORALITY_UNSPECIFIED", 0],
  ["AGGREGATION_TEMPORALITY_DELTA", 1],
  ["AGGREGATION_TEMPORALITY_CUMULATIVE", 2],
]);
const INTEGER_RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  fixed64: [0n, 2n ** 64n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
};

/** Writes `value` under `field`. Throws `ScalarMismatch`. */
export function writeScalar(
  writer: ProtobufWriter,
  field: number,
  kind: ScalarKind,
  value: unknown,
): void {
  switch (kind) {
    case "string":
      return writer.text(field, stringOf(value));
    case "bytes":
      return writer.data(field, base64Of(value));
    case "hex":
      return writer.data(field, hexOf(value));
    case "bool":
      return writer.uint(field, booleanOf(value) ? 1 : 0);
    case "double":
      return writer.double(field, doubleOf(value));
    case "temporality":
      return writeVarint(writer, field, temporalityOf(value));
    case "sint32":
      return writer.uint(field, zigZag(Number(integerOf(kind, value))));
    case "fixed64":
    case "sfixed64": {
      const { high, low } = halves(integerOf(kind, value));
      return writer.fixed64(field, high, low);
    }
    case "uint64":
    case "int64":
    case "int32":
    case "uint32":
      return writeVarint(writer, field, integerOf(kind, value));
  }
}

/** Writes one element of a packed field, which has no tag. Throws `ScalarMismatch`. */
export function writePackedScalar(writer: ProtobufWriter, kind: ScalarKind, value: unknown): void {
  if (kind === "double") return writer.rawDouble(doubleOf(value));
  const { high, low } = halves(integerOf(kind, value));
  if (kind === "fixed64") writer.rawFixed64(high, low);
  else writer.rawVarint(high, low);
}

function writeVarint(writer: ProtobufWriter, field: number, value: bigint): void {
  const { high, low } = halves(value);
  writer.varint64(field, high, low);
}

interface Halves {
  readonly high: number;
  readonly low: number;
}

function halves(value: bigint): Halves {
  const bits = BigInt.asUintN(64, value);
  return { high: Number(bits >> 32n), low: Number(bits & 0xffffffffn) };
}

const zigZag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

function stringOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new ScalarMismatch("is not a string");
}

function booleanOf(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new ScalarMismatch("is not true or false");
}

function doubleOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  if (typeof value === "string" && DECIMAL_NUMBER.test(value)) return Number(value);
  throw new ScalarMismatch("is not a number");
}

/** A string keeps all its digits; a number of more than 2^53 was rounded by the JSON parser already. */
function integerOf(kind: ScalarKind, value: unknown): bigint {
  let integer: bigint | undefined;
  if (typeof value === "number" && Number.isInteger(value)) integer = BigInt(value);
  else if (typeof value === "string" && DECIMAL_INTEGER.test(value)) integer = BigInt(value);
  if (integer === undefined) throw new ScalarMismatch("is not an integer");
  const [lowest, highest] = INTEGER_RANGES[kind]!;
  if (integer < lowest || integer > highest) throw new ScalarMismatch(`does not fit ${kind}`);
  return integer;
}

function temporalityOf(value: unknown): bigint {
  const named = typeof value === "string" ? TEMPORALITIES.get(value) : undefined;
  if (named !== undefined) return BigInt(named);
  if (typeof value === "string" && !DECIMAL_INTEGER.test(value))
    throw new ScalarMismatch("is not an aggregation temporality");
  return integerOf("int32", value);
}

function base64Of(value: unknown): Uint8Array {
  if (typeof value === "string" && BASE64.test(value)) return Buffer.from(value, "base64");
  throw new ScalarMismatch("is not base64");
}

function hexOf(value: unknown): Uint8Array {
  if (typeof value === "string" && HEX.test(value)) return Buffer.from(value, "hex");
  throw new ScalarMismatch("is not hexadecimal");
}
