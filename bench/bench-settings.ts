/** How a bench is run: in full, beside its peers, or tiny, as a test of the bench itself. */
import { silent, type Progress } from "./progress.ts";

export interface BenchSettings {
  /** So little that a run takes a moment; results are checked, times mean nothing. All in this process. */
  readonly isQuick: boolean;
  readonly withPeers: boolean;
  readonly progress: Progress;
}

export const QUICK: BenchSettings = { isQuick: true, withPeers: false, progress: silent };
