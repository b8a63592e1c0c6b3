/** Puts rows of the log into blocks: those of one page and minute, or of one coarser block, at once. */
import type { ArchiveLog } from "./archive-log.ts";
import { PAGE_COLUMNS } from "./block.ts";
import type { BlockTable } from "./block-table.ts";
import { encodeStrip } from "./strip.ts";
import { TIERS } from "./tiers.ts";

/** Minutes since the epoch that a key has room for: until the year 2097. */
const MINUTES = 2 ** 26;
const NONE = -1;
const pageOf = (column: number): number => Math.floor(column / PAGE_COLUMNS);

/** Rows that are written together, each leading to the next. */
interface Group {
  readonly tier: number;
  readonly page: number;
  /** Minutes of the first row, and of all others: one of the finest tier, else those of a block. */
  readonly fromMinute: number;
  readonly endMinute: number;
  first: number;
  last: number;
}

/** Of each tier the first minute that it takes. */
export type TierStarts = readonly number[];

const amountsOfPage = new Float64Array(PAGE_COLUMNS);

/** Leaves out what is older than `oldest`: a block for each year a sender makes up would take seconds. Empties the log. */
export function seal(
  log: ArchiveLog,
  blocks: BlockTable,
  starts: TierStarts,
  oldest: number,
): void {
  for (const group of groupsOf(log, starts, oldest)) {
    if (group.tier === 0) sealStrip(log, blocks, group);
    else sealCells(log, blocks, group);
  }
  log.rowCount = 0;
}

function groupsOf(log: ArchiveLog, starts: TierStarts, oldest: number): Iterable<Group> {
  const { columns, minutes, following, rowCount } = log;
  const groups = new Map<number, Group>();
  let group: Group | undefined;
  for (let row = 0; row < rowCount; row++) {
    const minute = minutes[row]!;
    if (minute < oldest) continue;
    const page = pageOf(columns[row]!);
    // Rows come in the order of their columns, mostly: few of them begin another group.
    const isSame = group?.page === page && minute >= group.fromMinute && minute < group.endMinute;
    if (!isSame) group = groupAt(groups, starts, page, minute);
    following[row] = NONE;
    if (group!.first === NONE) group!.first = row;
    else following[group!.last] = row;
    group!.last = row;
  }
  return groups.values();
}

function groupAt(
  groups: Map<number, Group>,
  starts: TierStarts,
  page: number,
  minute: number,
): Group {
  const tier = starts.findIndex((start) => minute >= start);
  const span = tier === 0 ? 1 : TIERS[tier]!.blockMinutes;
  const fromMinute = Math.floor(minute / span) * span;
  const key = page * MINUTES + fromMinute; // of one tier only: each begins where a block of the next one ends
  let group = groups.get(key);
  if (group === undefined) {
    group = { tier, page, fromMinute, endMinute: fromMinute + span, first: NONE, last: NONE };
    groups.set(key, group);
  }
  return group;
}

function sealStrip(log: ArchiveLog, blocks: BlockTable, { page, fromMinute, first }: Group): void {
  const { columns, amounts, following } = log;
  const { blockMinutes } = TIERS[0];
  amountsOfPage.fill(0);
  for (let row = first; row !== NONE; row = following[row]!) {
    amountsOfPage[columns[row]! % PAGE_COLUMNS]! += amounts[row]!;
  }
  const range = Math.floor(fromMinute / blockMinutes);
  blocks.append(
    { tier: 0, range, page },
    encodeStrip(amountsOfPage, fromMinute - range * blockMinutes),
  );
}

function sealCells(log: ArchiveLog, blocks: BlockTable, group: Group): void {
  const { columns, minutes, amounts, following } = log;
  const { tier, page, fromMinute, first } = group;
  const { blockMinutes, cellMinutes } = TIERS[tier]!;
  blocks.change({ tier, range: fromMinute / blockMinutes, page }, (cells, cellCount) => {
    for (let row = first; row !== NONE; row = following[row]!) {
      const cell = Math.floor((minutes[row]! - fromMinute) / cellMinutes);
      cells[(columns[row]! % PAGE_COLUMNS) * cellCount + cell]! += amounts[row]!;
    }
  });
}
