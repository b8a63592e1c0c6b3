/** Engines with SLOs made of others, of these tests. */
import { Engine } from "../../src/engine/index.ts";
import {
  millis,
  ppb,
  WHOLE_PPB,
  type CompositeRule,
  type Slo,
  type StreamIndex,
} from "../../src/slo/index.ts";
import { policyOf, sloOf } from "./fixtures.ts";

export const BUCKET = 10_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const START = 1_699_999_200_000; // a full hour
const POLICY = policyOf("1h", "5m", "6h", "30m");

export const member = (id: string, more: Partial<Slo> = {}): Slo => ({
  ...sloOf({ id, alerts: POLICY }),
  ...more,
});

export interface CompositeText {
  readonly id?: string;
  readonly weights?: readonly number[];
  readonly more?: Partial<Slo>;
}

export function compositeOf(
  rule: CompositeRule,
  ids: readonly string[],
  { id = "shop/journey", weights = [], more = {} }: CompositeText = {},
): Slo {
  const members = ids.map((sloId, index) => ({ sloId, weight: weights[index] ?? 1 }));
  const slices = {
    kind: "timeslices",
    widthMs: millis(MINUTE),
    targetPpb: ppb(WHOLE_PPB),
  } as const;
  return {
    ...sloOf({ id, alerts: POLICY, objective: "99%" }),
    indicator: { kind: "composite", rule, members },
    ...(rule === "all" ? { budgeting: slices } : {}),
    ...more,
  };
}

export function engineOf(slos: readonly Slo[], startMs = START): Engine {
  const engine = new Engine({ bucketMs: BUCKET, startMs });
  engine.setRules(slos, startMs);
  return engine;
}

export const streamOf = (engine: Engine, id: string): StreamIndex => engine.streamsOf(id)[0]!.index;
export const read = (engine: Engine, id = "shop/journey") => engine.read(streamOf(engine, id));

/** As the binder does it: to the member and to what is counted of it for composites. */
export function book(engine: Engine, id: string, atMs: number, good: number, total: number): void {
  for (let index = 0; ; index++) {
    const stream = streamAt(engine, index);
    if (stream === undefined) return;
    const { slo } = stream;
    if (slo.indicator.kind === "composite") continue;
    if (slo.id === id || slo.id.endsWith(`(${id})`))
      engine.book(stream.index, atMs - 1, atMs, good, total);
  }
}

export function streamAt(engine: Engine, index: number) {
  try {
    return engine.stream(index as StreamIndex);
  } catch {
    return undefined;
  }
}

export const A = "shop/a";
export const B = "pay/b";
export const C = "ship/c";
