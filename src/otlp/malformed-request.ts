/** A request that is not what OTLP says; nothing of it may be taken. The receivers answer 400 / INVALID_ARGUMENT with the message. */
export class MalformedRequest extends Error {
  override readonly name = "MalformedRequest";
  /** `resource_metrics[0].scope_metrics[0].metrics[3].sum.data_points[1]`, or the JSON spelling of it; empty for the request itself. */
  readonly path: string;
  /** What is wrong there: `field 7 runs past the end of its message (byte 12)`. */
  readonly description: string;
  /** Byte of the protobuf request; -1 for JSON. */
  readonly offset: number;

  /** `what` completes the sentence after the path: `field 7 runs past the end of its message`. */
  constructor(path: string, what: string, offset: number) {
    const description = offset < 0 ? what : `${what} (byte ${offset})`;
    super(`${path === "" ? "request" : path}: ${description}`);
    this.path = path;
    this.description = description;
    this.offset = offset;
  }
}
