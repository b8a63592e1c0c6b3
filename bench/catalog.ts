/** Every bench by the name `npm run bench -- <name>` knows it by. */
import { archiveCases } from "./archive.ts";
import { backtestCases } from "./backtest.ts";
import type { Bench } from "./bench-case.ts";
import { compositeCases } from "./composites.ts";
import { decodeCases } from "./decode.ts";
import { evaluationCases } from "./evaluation.ts";
import { expositionCases } from "./exposition.ts";
import { ingestCases } from "./ingest.ts";
import { journalCases } from "./journal.ts";
import { latencyCases } from "./latency.ts";
import { memoryCases } from "./memory.ts";
import { recoveryCases } from "./recovery.ts";
import { rulesLoadCases } from "./rules-load.ts";
import { seriesCases } from "./series.ts";

/** In the order in which a data point meets what they measure. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  decode: decodeCases,
  series: seriesCases,
  journal: journalCases,
  evaluation: evaluationCases,
  composites: compositeCases,
  exposition: expositionCases,
  archive: archiveCases,
  memory: memoryCases,
  latency: latencyCases,
  recovery: recoveryCases,
  rules: rulesLoadCases,
  ingest: ingestCases,
  backtest: backtestCases,
};
