/** How a bench is run: in full, beside its peers, or tiny, as a test of the bench itself. */
import { silent, type Progress } from "./progress.ts";

export interface BenchSettings {
  /** So little that a run takes a moment; results are checked, times mean nothing. All in this process. */
  readonly isQuick: boolean;
  readonly withPeers: boolean;
  /** Of a bench of several parts, those whose name has this in it: `ingest:gzip`. */
  readonly part?: string;
  /** CPU profiles of the server, a file per thread, go to this folder. */
  readonly profileDirectory?: string;
  readonly progress: Progress;
}

export const QUICK: BenchSettings = { isQuick: true, withPeers: false, progress: silent };
