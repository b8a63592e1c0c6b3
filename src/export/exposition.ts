/**
 * Writes `/metrics`. A serializer of our own, since prom-client builds the whole text at once (it blocks for half a second at
 * 100k samples) and cannot serve two formats from one registry (grafana.md section 3). Text is made in pieces of some 64 KiB
 * with a turn of the event loop between them; all numbers are of the snapshot taken at the start.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { ExpositionFormat } from "./format.ts";
import { familyHeader } from "./line.ts";
import { PROCESS_FAMILIES, SLO_FAMILIES } from "./slo-families.ts";
import { Snapshots, type Snapshot } from "./snapshot.ts";
import type { ExpositionSource, MoreMetrics } from "./source.ts";
import { STREAM_FAMILIES } from "./stream-families.ts";

/** Characters of text made without yielding. */
const PIECE_CHARS = 64 * 1024;
const EOF = "# EOF\n";

export class Exposition {
  readonly #source: ExpositionSource;
  readonly #snapshots: Snapshots;

  constructor(source: ExpositionSource) {
    this.#source = source;
    this.#snapshots = new Snapshots(source);
  }

  /** The exposition as UTF-8 in pieces. The snapshot is taken at the call, not at the first piece. */
  write(format: ExpositionFormat): AsyncIterable<Uint8Array> {
    const more = this.#source.more.map((provider) => this.#ask(provider, format));
    return encode(this.#snapshots.take(), more, format);
  }

  async #ask(provider: MoreMetrics, format: ExpositionFormat): Promise<string> {
    try {
      const text = await provider(format);
      const body = text.endsWith(EOF) ? text.slice(0, -EOF.length) : text;
      return body === "" || body.endsWith("\n") ? body : `${body}\n`;
    } catch (error) {
      this.#source.onMoreFailed(error); // the SLOs are worth more than a whole scrape
      return "";
    }
  }
}

async function* encode(
  snapshot: Snapshot,
  more: readonly Promise<string>[],
  format: ExpositionFormat,
): AsyncGenerator<Uint8Array> {
  for (const piece of pieces(snapshot, format)) {
    yield Buffer.from(piece);
    await turn();
  }
  const rest = (await Promise.all(more)).join("");
  const tail = format === "openmetrics" ? rest + EOF : rest;
  if (tail !== "") yield Buffer.from(tail);
}

function* pieces(snapshot: Snapshot, format: ExpositionFormat): Generator<string> {
  let text = "";
  for (const { metric, lines } of PROCESS_FAMILIES)
    text += familyHeader(metric, format) + lines(snapshot);
  for (const { metric, lines } of SLO_FAMILIES) {
    text += familyHeader(metric, format);
    for (const slo of snapshot.slos) {
      text += lines(slo, snapshot);
      if (text.length < PIECE_CHARS) continue;
      yield text;
      text = "";
    }
  }
  for (const { metric, lines } of STREAM_FAMILIES) {
    text += familyHeader(metric, format);
    for (const shard of snapshot.shards) {
      for (let slot = 0; slot < shard.slotCount; slot++) {
        const stream = shard.streams[slot];
        if (stream === undefined) continue;
        text += lines(shard, slot, stream);
        if (text.length < PIECE_CHARS) continue;
        yield text;
        text = "";
      }
    }
  }
  yield text;
}
