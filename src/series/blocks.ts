/** State is written to snapshots in blocks of rows, so that only what changed is written again. */
export const BLOCK_ROWS: number = 8192;
