/** How benches are run: in full, beside their peers, or tiny, as a test of the benches themselves. */
import { silent, type Progress } from "./progress.ts";

export interface BenchSettings {
  /** So little that a run takes a moment; results are checked, times mean nothing. All in this process. */
  readonly isQuick: boolean;
  readonly withPeers: boolean;
  /** CPU profiles of the server, a file per thread, go to this folder. */
  readonly profileDirectory?: string;
  readonly progress: Progress;
}

export const QUICK: BenchSettings = { isQuick: true, withPeers: false, progress: silent };
export const FULL: BenchSettings = { ...QUICK, isQuick: false };
