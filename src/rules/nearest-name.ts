/** "Did you mean …": the known name a mistyped one was probably meant to be. */

/** The nearest of `names` within a third of the word's length (at least 1, at most 3) edits; `undefined` when none is. */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  if (names.includes(word)) return word; // most words are not mistyped (bench/rules-load.ts)
  const limit = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const name of names) {
    const isOtherCase = name.toLowerCase().replaceAll(/[_-]/g, "") === plainForm(word);
    const distance = isOtherCase ? 0 : editDistance(word, name, bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

const plainForm = (word: string): string =>
  word.length > 100 ? "" : word.toLowerCase().replaceAll(/[_-]/g, "");

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment); `limit` when it is that or more. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? limit) + 1,
        (next[column - 1] ?? limit) + 1,
        (last[column - 1] ?? limit) + (isSame ? 0 : 1),
      );
      const isSwap =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) cost = Math.min(cost, (beforeLast[column - 2] ?? limit) + 1);
      next.push(cost);
    }
    [beforeLast, last] = [last, next];
  }
  return Math.min(limit, last[b.length] ?? limit);
}
