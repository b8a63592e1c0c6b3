/** What a composite is made of, over its own window. */
import type { StreamReading } from "../engine/index.ts";
import { contributions, isComposite, ownWindowIndex } from "../slo/index.ts";
import type { MemberAnswer } from "./answers.ts";
import { numberOrNull } from "./moment.ts";

export function memberAnswers({
  stream: { slo },
  windows,
  members = [],
}: StreamReading): readonly MemberAnswer[] {
  if (!isComposite(slo)) return [];
  const lengthsMs = windows.map(({ windowMs }) => windowMs);
  const own = ownWindowIndex(slo, lengthsMs);
  const counts = members.map(({ weight, windows: read }) => {
    const { good = 0, total = 0, errorRatio } = read[own] ?? {};
    return { weight, good, total, errorRatio };
  });
  const shares = contributions(slo.indicator.rule, counts);
  return counts.map(({ weight, good, total, errorRatio }, index) => ({
    slo: members[index]?.sloId ?? "",
    weight,
    good,
    bad: Math.max(0, total - good),
    total,
    errorRatio: numberOrNull(errorRatio),
    contribution: numberOrNull(shares?.[index]),
  }));
}
