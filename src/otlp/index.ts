export * from "./export-outcome.ts";
export { MalformedRequest } from "./malformed-request.ts";
export { MetricsDecoder } from "./metrics-decoder.ts";
export * from "./sink.ts";
