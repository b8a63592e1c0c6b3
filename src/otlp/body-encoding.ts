/** The two encodings of a request, and of its answer: the same one, as the specification demands. */
export type BodyEncoding = "protobuf" | "json";

export const CONTENT_TYPES: Readonly<Record<BodyEncoding, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

/** Parameters such as `; charset=utf-8` are passed over; undefined for what is neither. */
export function encodingOf(contentType: string | undefined): BodyEncoding | undefined {
  const type = (contentType ?? "").split(";", 1)[0]!.trim().toLowerCase();
  if (type === CONTENT_TYPES.protobuf) return "protobuf";
  return type === CONTENT_TYPES.json ? "json" : undefined;
}
