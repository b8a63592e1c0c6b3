/**
 * OTLP metrics off the wire. In: HTTP and gRPC requests, protobuf or JSON. Out: each request's protobuf bytes to an
 * `ExportHandler`, and, when that asks `MetricsDecoder`, its points to a `PointSink`, in wire order, without an object per
 * point. Promised: what is accepted was checked to its last byte, what is refused says where and why, nothing is unbounded.
 */
export * from "./export-outcome.ts";
export { createGrpcReceiver } from "./grpc-receiver.ts";
export { HeldBytes } from "./held-bytes.ts";
export { createHttpReceiver } from "./http-receiver.ts";
export { transcodeJson, type TranscodedRequest } from "./json-transcoder.ts";
export { MalformedRequest } from "./malformed-request.ts";
export { MetricsDecoder } from "./metrics-decoder.ts";
export type { ReceivedRequest, Receiver, ReceiverLimits, ReceiverSettings } from "./receiver.ts";
export * from "./sink.ts";
