/**
 * `ExportMetricsServiceRequest` -> calls of a `PointSink`, in one pass, with no object per point. Protobuf lets fields come
 * in any order, so each envelope is scanned for what its children need (resource, scope, temporality) before they are read.
 */
import { gatherBodies, Scratch } from "./gather.ts";
import { exponentialPointCursor, readExponentialPoint } from "./exponential-point.ts";
import { histogramPointCursor, readHistogramPoint } from "./histogram-point.ts";
import { checkMessage } from "./message-check.ts";
import { numberPointCursor, readNumberPoint } from "./number-point.ts";
import { clearRange, emptyRange } from "./point-parts.ts";
import { REQUEST, schemaOf, type MessageSchema } from "./schema.ts";
import { MetricKind, Temporality } from "./sink.ts";
import type { ByteRange, MetricCursor, PointSink } from "./sink.ts";
import { readSummaryPoint, summaryPointCursor } from "./summary-point.ts";
import { WireReader } from "./wire-reader.ts";

const RESOURCE_METRICS = schemaOf("ResourceMetrics");
const RESOURCE = schemaOf("Resource");
const SCOPE_METRICS = schemaOf("ScopeMetrics");
const SCOPE = schemaOf("InstrumentationScope");
const METRIC = schemaOf("Metric");
const KEY_VALUE = schemaOf("KeyValue");

/** Tag of a length-delimited field 1, of which every envelope's children or points are. */
const FIELD_1 = 0x0a;

/** The member of `Metric.data` that a tag stands for. */
interface DataMember {
  readonly kind: MetricKind;
  readonly schema: MessageSchema;
}
const DATA_MEMBERS: ReadonlyMap<number, DataMember> = new Map([
  [0x2a, { kind: MetricKind.gauge, schema: schemaOf("Gauge") }],
  [0x3a, { kind: MetricKind.sum, schema: schemaOf("Sum") }],
  [0x4a, { kind: MetricKind.histogram, schema: schemaOf("Histogram") }],
  [0x52, { kind: MetricKind.exponentialHistogram, schema: schemaOf("ExponentialHistogram") }],
  [0x5a, { kind: MetricKind.summary, schema: schemaOf("Summary") }],
]);

/** Not reentrant: a sink must not call `decode` of the decoder that feeds it. */
export class MetricsDecoder {
  readonly #reader = new WireReader();
  readonly #scratch = new Scratch();
  readonly #message = emptyRange();
  readonly #metricCursor: MetricCursor = {
    name: emptyRange(),
    unit: emptyRange(),
    kind: MetricKind.gauge,
    temporality: Temporality.unspecified,
    isMonotonic: false,
  };
  readonly #numberPoint = numberPointCursor();
  readonly #histogramPoint = histogramPointCursor();
  readonly #exponentialPoint = exponentialPointCursor();
  readonly #summaryPoint = summaryPointCursor();
  /** Data points of the last request, those of unwanted metrics included. */
  pointCount = 0;

  /**
   * Throws `MalformedRequest` when the bytes are not a request; the sink may have been called by then, and must drop what
   * it took. What the sink throws passes through.
   */
  decode(request: Uint8Array, sink: PointSink): void {
    this.#reader.open(request);
    this.pointCount = 0;
    try {
      this.#readRequest(sink);
    } finally {
      this.#reader.close();
    }
  }

  #readRequest(sink: PointSink): void {
    const reader = this.#reader;
    const end = reader.bytes.length;
    for (let position = 0; position < end;) {
      const tag = reader.tag(position, end);
      if (tag !== FIELD_1) {
        position = reader.skip(tag, reader.next, end, REQUEST);
        continue;
      }
      position = reader.bodyEnd(reader.next, end);
      this.#readResourceMetrics(reader.next, position, sink);
    }
  }

  #readResourceMetrics(start: number, end: number, sink: PointSink): void {
    const reader = this.#reader;
    sink.resource(this.#readOwner(RESOURCE_METRICS, RESOURCE, start, end));
    for (let position = start; position < end;) {
      const tag = reader.tag(position, end);
      const body = reader.next;
      if (tag !== 0x12) {
        position = reader.skip(tag, body, end, RESOURCE_METRICS);
        continue;
      }
      position = reader.bodyEnd(body, end);
      this.#readScopeMetrics(reader.next, position, sink);
    }
  }

  #readScopeMetrics(start: number, end: number, sink: PointSink): void {
    const reader = this.#reader;
    sink.scope(this.#readOwner(SCOPE_METRICS, SCOPE, start, end));
    for (let position = start; position < end;) {
      const tag = reader.tag(position, end);
      const body = reader.next;
      if (tag !== 0x12) {
        position = reader.skip(tag, body, end, SCOPE_METRICS);
        continue;
      }
      position = reader.bodyEnd(body, end);
      this.#readMetric(reader.next, position, sink);
    }
  }

  /** Field 1 of an envelope: its resource or scope, wherever it stands; parts merge by being put end to end. */
  #readOwner(envelope: MessageSchema, owner: MessageSchema, start: number, end: number): ByteRange {
    const reader = this.#reader;
    const message = this.#message;
    clearRange(message, reader);
    let partCount = 0;
    for (let position = start; position < end;) {
      const tag = reader.tag(position, end);
      const body = reader.next;
      if (tag !== FIELD_1) {
        position = reader.skip(tag, body, end, envelope);
        continue;
      }
      position = reader.bodyEnd(body, end);
      message.start = reader.next;
      message.end = position;
      checkMessage(reader, owner, message.start, position, 0);
      partCount++;
    }
    if (partCount > 1) {
      this.#scratch.reset();
      gatherBodies(reader, this.#scratch, 1, start, end, message);
    }
    return message;
  }

  /** Metric: name 1, unit 3, one of gauge 5, sum 7, histogram 9, exponential_histogram 10, summary 11; metadata 12. */
  #readMetric(start: number, end: number, sink: PointSink): void {
    const reader = this.#reader;
    const metric = this.#metricCursor;
    clearRange(metric.name, reader);
    clearRange(metric.unit, reader);
    metric.temporality = Temporality.unspecified;
    metric.isMonotonic = false;
    // The last member of the oneof wins; members of one kind in a row merge.
    let dataTag = 0;
    let dataFrom = 0;
    for (let position = start; position < end;) {
      const fieldStart = position;
      const tag = reader.tag(position, end);
      const body = reader.next;
      if (tag === 0x0a || tag === 0x1a) {
        position = reader.bodyEnd(body, end);
        const range = tag === 0x0a ? metric.name : metric.unit;
        range.start = reader.next;
        range.end = position;
      } else if (tag === 0x62) {
        position = reader.bodyEnd(body, end);
        checkMessage(reader, KEY_VALUE, reader.next, position, 0);
      } else {
        position = reader.skip(tag, body, end, METRIC);
        if (tag !== dataTag && DATA_MEMBERS.has(tag)) {
          dataTag = tag;
          dataFrom = fieldStart;
        }
      }
    }
    if (dataTag !== 0) this.#readData(start, end, dataTag, dataFrom, sink);
  }

  /** Reads the metric's data; members of the oneof that were replaced later in the message are only checked. */
  #readData(start: number, end: number, dataTag: number, dataFrom: number, sink: PointSink): void {
    const reader = this.#reader;
    const metric = this.#metricCursor;
    metric.kind = DATA_MEMBERS.get(dataTag)!.kind;
    for (let position = dataFrom; position < end;) {
      const tag = reader.tag(position, end);
      const body = reader.next;
      position = reader.valueEnd(tag, body, end);
      if (tag === dataTag) this.#readSettings(reader.next, position, DATA_MEMBERS.get(tag)!.schema);
    }
    const isWanted = sink.metric(metric);
    for (let position = start; position < end;) {
      const fieldStart = position;
      const tag = reader.tag(position, end);
      const body = reader.next;
      position = reader.valueEnd(tag, body, end);
      const member = DATA_MEMBERS.get(tag);
      if (member === undefined) continue;
      const isOverridden = tag !== dataTag || fieldStart < dataFrom;
      this.#readPoints(reader.next, position, member, isWanted && !isOverridden ? sink : undefined);
    }
  }

  /** Sum, Histogram, ExponentialHistogram: aggregation_temporality 2, is_monotonic 3, after the points in most senders. */
  #readSettings(start: number, end: number, schema: MessageSchema): void {
    const reader = this.#reader;
    const metric = this.#metricCursor;
    for (let position = start; position < end;) {
      const tag = reader.tag(position, end);
      const body = reader.next;
      position = reader.skip(tag, body, end, schema);
      if (tag === 0x10 && metric.kind !== MetricKind.gauge && metric.kind !== MetricKind.summary) {
        const value = reader.varint(body, end);
        const isKnown = reader.high === 0 && (value === 1 || value === 2);
        // proto3 enums are open: a value of a later version is as good as none.
        metric.temporality = isKnown ? value : Temporality.unspecified;
      } else if (tag === 0x18 && metric.kind === MetricKind.sum) {
        metric.isMonotonic = reader.varint(body, end) !== 0 || reader.high !== 0;
      }
    }
  }

  /** Without a sink the points are only checked, by the same code, so that what is wrong does not depend on the rules. */
  #readPoints(start: number, end: number, member: DataMember, sink: PointSink | undefined): void {
    const reader = this.#reader;
    for (let position = start; position < end;) {
      const tag = reader.tag(position, end);
      const body = reader.next;
      if (tag !== FIELD_1) {
        position = reader.skip(tag, body, end, member.schema);
        continue;
      }
      position = reader.bodyEnd(body, end);
      this.#readPoint(member.kind, reader.next, position, sink);
    }
  }

  #readPoint(kind: MetricKind, start: number, end: number, sink: PointSink | undefined): void {
    const reader = this.#reader;
    const scratch = this.#scratch;
    this.pointCount++;
    scratch.reset();
    switch (kind) {
      case MetricKind.gauge:
      case MetricKind.sum:
        readNumberPoint(reader, scratch, start, end, this.#numberPoint);
        if (sink !== undefined) sink.number(this.#numberPoint);
        return;
      case MetricKind.histogram:
        readHistogramPoint(reader, scratch, start, end, this.#histogramPoint);
        if (sink !== undefined) sink.histogram(this.#histogramPoint);
        return;
      case MetricKind.exponentialHistogram:
        readExponentialPoint(reader, scratch, start, end, this.#exponentialPoint);
        if (sink !== undefined) sink.exponential(this.#exponentialPoint);
        return;
      case MetricKind.summary:
        readSummaryPoint(reader, scratch, start, end, this.#summaryPoint);
        if (sink !== undefined) sink.summary(this.#summaryPoint);
        return;
    }
  }
}
