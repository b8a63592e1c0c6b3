/** A set of finest buckets as ranges [start, end): ascending, apart from one another (`union` makes them so). Never changed. */
export type BucketRange = readonly [start: number, end: number];

export class BucketRanges {
  static readonly none: BucketRanges = new BucketRanges([]);
  readonly all: readonly BucketRange[];

  constructor(ranges: readonly BucketRange[]) {
    this.all = ranges;
  }

  /** Of ranges in any order that may overlap; what is in several is in it once. */
  static union(ranges: readonly BucketRange[]): BucketRanges {
    const joined: [number, number][] = [];
    for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
      const last = joined.at(-1);
      if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
      else if (start < end) joined.push([start, end]);
    }
    return joined.length === 0 ? BucketRanges.none : new BucketRanges(joined);
  }

  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  /** Position of the first range that ends after a bucket begins: the only one that can hold it. */
  #search(index: number): number {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.all[middle]![1] > index) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  has(index: number): boolean {
    const range = this.all[this.#search(index)];
    return range !== undefined && range[0] <= index;
  }

  /** What of the ranges lies in [start, end). */
  within(start: number, end: number): readonly BucketRange[] {
    const parts: BucketRange[] = [];
    for (let i = this.#search(start); i < this.all.length; i++) {
      const range = this.all[i]!;
      if (range[0] >= end) break;
      parts.push([Math.max(start, range[0]), Math.min(end, range[1])]);
    }
    return parts;
  }

  /** Whether both have the same buckets of [start, end). */
  isAlikeWithin(other: BucketRanges, start: number, end: number): boolean {
    const [own, others] = [this.within(start, end), other.within(start, end)];
    return (
      own.length === others.length &&
      own.every((range, i) => range[0] === others[i]![0] && range[1] === others[i]![1])
    );
  }
}
