/**
 * The messages of a metrics request, as in the `.proto` files of opentelemetry-proto v1: one table that the wire check,
 * the path of an error and the JSON mapping read. The decoder's hot loops have the tags of their message written out.
 */

export type ScalarKind =
  | "string"
  | "bytes"
  /** `bytes` that JSON writes in hex (trace and span ids). */
  | "hex"
  | "bool"
  | "double"
  | "fixed64"
  | "sfixed64"
  | "uint64"
  | "int64"
  | "int32"
  | "uint32"
  | "sint32"
  | "temporality";

export interface FieldSchema {
  readonly number: number;
  /** As in the `.proto`; JSON tolerates it. */
  readonly name: string;
  readonly jsonName: string;
  readonly repeated: boolean;
  /** Undefined for a message. */
  readonly scalar: ScalarKind | undefined;
  /** Undefined for a scalar. */
  readonly message: MessageSchema | undefined;
}

export interface MessageSchema {
  readonly name: string;
  /** By field number; all of them are below 16. */
  readonly fields: readonly (FieldSchema | undefined)[];
  /** Both spellings. */
  readonly byJsonName: ReadonlyMap<string, FieldSchema>;
  /** Wire type by field number; `UNKNOWN_FIELD` where the message has none. */
  readonly wireTypes: Uint8Array;
}

export const UNKNOWN_FIELD = 255;
export const FIELD_NUMBERS = 16;

const WIRE_TYPES: Readonly<Record<ScalarKind, number>> = {
  string: 2,
  bytes: 2,
  hex: 2,
  bool: 0,
  double: 1,
  fixed64: 1,
  sfixed64: 1,
  uint64: 0,
  int64: 0,
  int32: 0,
  uint32: 0,
  sint32: 0,
  temporality: 0,
};

/** `*` marks a repeated field. */
const PROTO = `
ExportMetricsServiceRequest: 1 *ResourceMetrics resource_metrics
ResourceMetrics: 1 Resource resource, 2 *ScopeMetrics scope_metrics, 3 string schema_url
Resource: 1 *KeyValue attributes, 2 uint32 dropped_attributes_count, 3 *EntityRef entity_refs
EntityRef: 1 string schema_url, 2 string type, 3 *string id_keys, 4 *string description_keys
ScopeMetrics: 1 InstrumentationScope scope, 2 *Metric metrics, 3 string schema_url
InstrumentationScope: 1 string name, 2 string version, 3 *KeyValue attributes, 4 uint32 dropped_attributes_count
Metric: 1 string name, 2 string description, 3 string unit, 5 Gauge gauge, 7 Sum sum, 9 Histogram histogram, 10 ExponentialHistogram exponential_histogram, 11 Summary summary, 12 *KeyValue metadata
Gauge: 1 *NumberDataPoint data_points
Sum: 1 *NumberDataPoint data_points, 2 temporality aggregation_temporality, 3 bool is_monotonic
Histogram: 1 *HistogramDataPoint data_points, 2 temporality aggregation_temporality
ExponentialHistogram: 1 *ExponentialHistogramDataPoint data_points, 2 temporality aggregation_temporality
Summary: 1 *SummaryDataPoint data_points
NumberDataPoint: 2 fixed64 start_time_unix_nano, 3 fixed64 time_unix_nano, 4 double as_double, 5 *Exemplar exemplars, 6 sfixed64 as_int, 7 *KeyValue attributes, 8 uint32 flags
HistogramDataPoint: 2 fixed64 start_time_unix_nano, 3 fixed64 time_unix_nano, 4 fixed64 count, 5 double sum, 6 *fixed64 bucket_counts, 7 *double explicit_bounds, 8 *Exemplar exemplars, 9 *KeyValue attributes, 10 uint32 flags, 11 double min, 12 double max
ExponentialHistogramDataPoint: 1 *KeyValue attributes, 2 fixed64 start_time_unix_nano, 3 fixed64 time_unix_nano, 4 fixed64 count, 5 double sum, 6 sint32 scale, 7 fixed64 zero_count, 8 Buckets positive, 9 Buckets negative, 10 uint32 flags, 11 *Exemplar exemplars, 12 double min, 13 double max, 14 double zero_threshold
Buckets: 1 sint32 offset, 2 *uint64 bucket_counts
SummaryDataPoint: 2 fixed64 start_time_unix_nano, 3 fixed64 time_unix_nano, 4 fixed64 count, 5 double sum, 6 *ValueAtQuantile quantile_values, 7 *KeyValue attributes, 8 uint32 flags
ValueAtQuantile: 1 double quantile, 2 double value
Exemplar: 2 fixed64 time_unix_nano, 3 double as_double, 4 hex span_id, 5 hex trace_id, 6 sfixed64 as_int, 7 *KeyValue filtered_attributes
KeyValue: 1 string key, 2 AnyValue value, 3 int32 key_strindex
AnyValue: 1 string string_value, 2 bool bool_value, 3 int64 int_value, 4 double double_value, 5 ArrayValue array_value, 6 KeyValueList kvlist_value, 7 bytes bytes_value, 8 int32 string_value_strindex
ArrayValue: 1 *AnyValue values
KeyValueList: 1 *KeyValue values
`;

interface MutableSchema extends MessageSchema {
  readonly fields: (FieldSchema | undefined)[];
  readonly byJsonName: Map<string, FieldSchema>;
}

function parseSchemas(text: string): ReadonlyMap<string, MessageSchema> {
  const lines = text.trim().split("\n");
  const schemas = new Map<string, MutableSchema>();
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(":"));
    schemas.set(name, {
      name,
      fields: Array.from({ length: FIELD_NUMBERS }, () => undefined),
      byJsonName: new Map(),
      wireTypes: new Uint8Array(FIELD_NUMBERS).fill(UNKNOWN_FIELD),
    });
  }
  for (const line of lines) {
    const schema = schemas.get(line.slice(0, line.indexOf(":")))!;
    for (const part of line.slice(line.indexOf(":") + 1).split(",")) {
      const field = parseField(part.trim(), schemas);
      schema.fields[field.number] = field;
      schema.byJsonName.set(field.jsonName, field).set(field.name, field);
      schema.wireTypes[field.number] = field.scalar === undefined ? 2 : WIRE_TYPES[field.scalar];
    }
  }
  return schemas;
}

function parseField(text: string, schemas: ReadonlyMap<string, MessageSchema>): FieldSchema {
  const [number, starredType, name] = text.split(" ") as [string, string, string];
  const repeated = starredType.startsWith("*");
  const type = repeated ? starredType.slice(1) : starredType;
  const message = schemas.get(type);
  return {
    number: Number(number),
    name,
    jsonName: name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    repeated,
    scalar: message === undefined ? (type as ScalarKind) : undefined,
    message,
  };
}

const SCHEMAS = parseSchemas(PROTO);

/** The schema of a message that the table holds. */
export const schemaOf = (name: string): MessageSchema => SCHEMAS.get(name)!;
/** The whole request. */
export const REQUEST: MessageSchema = schemaOf("ExportMetricsServiceRequest");
/** A repeated number travels packed, and must be accepted unpacked (protobuf encoding, "Packed Repeated Fields"). */
export const isPacked = (field: FieldSchema): boolean =>
  field.repeated && field.scalar !== undefined && WIRE_TYPES[field.scalar] !== 2;
/** Wire type of one value of the field. */
export const wireTypeOf = (scalar: ScalarKind): number => WIRE_TYPES[scalar];
