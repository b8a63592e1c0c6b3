/** Every bench by the name `npm run bench -- <name>` knows it by. */
import { benchAlerts } from "./alerts.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { benchDecode } from "./decode.ts";
import { benchEvaluation } from "./evaluation.ts";
import { benchExposition } from "./exposition.ts";
import { benchIngest } from "./ingest.ts";
import { benchJournal } from "./journal.ts";
import { benchLatency } from "./latency.ts";
import { benchMemory } from "./memory.ts";
import { benchRecovery } from "./recovery.ts";
import type { BenchRow } from "./row.ts";
import { benchSeries } from "./series.ts";
import { benchTick } from "./tick.ts";

export type Bench = (settings: BenchSettings) => BenchRow[] | Promise<BenchRow[]>;

const TINY_DECODE = { requestCount: 2, pointsPerRequest: 20, roundCount: 1 };

/** In the order in which a data point meets what they measure. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  decode: ({ isQuick }) => benchDecode(isQuick ? TINY_DECODE : undefined),
  series: benchSeries,
  journal: ({ isQuick }) => benchJournal(isQuick ? 0.1 : undefined),
  tick: ({ isQuick }) => benchTick(isQuick ? [50] : undefined),
  alerts: ({ isQuick }) => benchAlerts(isQuick ? 100 : undefined),
  exposition: ({ isQuick }) => benchExposition(isQuick ? 1000 : undefined),
  evaluation: benchEvaluation,
  memory: benchMemory,
  latency: benchLatency,
  recovery: benchRecovery,
  ingest: benchIngest,
};
