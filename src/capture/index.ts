/**
 * Recorded OTLP. In: files of the Collector's file exporter or of `slowburn record`. Out: requests in protobuf with the
 * moments they came at, one at a time, in bounded memory. And the other way: a receiver that writes what it is sent.
 * Promised: what cannot be used is said with its line or byte, and a file that ends in the middle is used up to there.
 */
export { Capture, type CaptureRecord, type CaptureSettings, type RecordSource } from "./capture.ts";
export { mergeCaptures } from "./merge.ts";
export { CaptureWriter } from "./capture-writer.ts";
export { Recording, type RecordingEnd } from "./recording.ts";
export { createRelay } from "./relay.ts";
export { capturedMetrics, type CapturedMetric } from "./captured-metrics.ts";
