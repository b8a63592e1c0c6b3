/** What every command exits with; `--help` prints this table, the README copies it. */
export const EXIT = {
  /** Done, and nothing wrong was found. */
  fine: 0,
  /** Done, and the answer is bad news. */
  found: 1,
  /** Not done: something has to be changed first. */
  failed: 2,
  /** `plan`: done, and something changes; what is not done, or is wrong, is 1 there. */
  changes: 2,
  /** `serve` could not go on, or not write everything at the end; the next start may well go. */
  startAgain: 3,
  /** A bug of slowburn (EX_SOFTWARE of sysexits.h). */
  bug: 70,
} as const;

export const EXIT_HELP = `
Exit codes:
  0   done, all is well (serve: stopped by a signal, everything is on disk)
  1   done, and it found trouble (check: an error in a rule file; test: a test failed;
      status: an alert fires or a budget is spent; backtest: the rules alert differently)
  2   not done: wrong usage or configuration, port in use, data directory locked or unwritable, slowburn unreachable
      (plan: done, and something changes; what else is 2 is 1 there)
  3   serve only: the disk refused, or the stop could not be finished; the next start may well go
  70  a bug in slowburn; the report says where
  130, 143  ended at once by a second SIGINT or SIGTERM`;

/** As shells report a death by signal. */
export const SIGNAL_EXIT: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };
export type StopSignal = "SIGINT" | "SIGTERM";
export const STOP_SIGNALS: readonly StopSignal[] = ["SIGINT", "SIGTERM"];
