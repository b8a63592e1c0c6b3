/** protobufjs beside the benches that decode: its objects, and what they add up to. */
import { exportRequestType } from "./otlp-proto.ts";
import type { OtlpDataSettings } from "./otlp-data.ts";

/** Of a point, what the benches and their tests look at; 64-bit integers are Long objects. */
export interface PeerPoint {
  readonly time_unix_nano: { toString(): string };
  readonly start_time_unix_nano: { toString(): string };
  readonly as_int?: { toString(): string };
  readonly count?: { toString(): string };
  readonly bucket_counts?: readonly { toString(): string }[];
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly string_value: string };
  }[];
}

interface PeerRequest {
  readonly resource_metrics: readonly {
    readonly scope_metrics: readonly {
      readonly metrics: readonly Readonly<
        Record<string, { readonly data_points: readonly PeerPoint[] }>
      >[];
    }[];
  }[];
}

type Kind = OtlpDataSettings["kind"];
const type = exportRequestType();

/** The points of a request, all of one kind. */
export function peerPoints(request: Uint8Array, kind: Kind): readonly PeerPoint[] {
  const decoded = type.decode(request) as unknown as PeerRequest; // what the messages above it say
  return decoded.resource_metrics
    .flatMap((resource) => resource.scope_metrics.flatMap((scope) => scope.metrics))
    .flatMap((metric) => metric[kind]?.data_points ?? []);
}

export const peerValue = ({ as_int, count }: PeerPoint): number => Number(String(as_int ?? count));

/** Sum of the values, or counts, of every point. */
export function peerTotal(requests: readonly Uint8Array[], kind: Kind): number {
  let total = 0;
  for (const request of requests)
    for (const point of peerPoints(request, kind)) total += peerValue(point);
  return total;
}

/** What is measured: into its objects, nothing done with them. */
export function peerDecode(requests: readonly Uint8Array[]): void {
  for (const request of requests) type.decode(request);
}
