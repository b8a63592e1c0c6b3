/** What each member of a composite has to do with an alert. */
import type { MemberReading, StreamReading } from "../engine/index.ts";
import { contributions, formatDuration, isComposite, percentText } from "../slo/index.ts";

/**
 * "Of the burn over 1h, pay/b makes 93% (5% bad), shop/a 7% (0.1% bad); ship/c has no events and is left out." One
 * sentence; none of an SLO that is no composite, or whose members have nothing bad.
 */
export function memberSentences(
  { stream: { slo }, members = [] }: StreamReading,
  longMs: number,
): readonly string[] {
  if (!isComposite(slo)) return [];
  const counts = members.map((member) => ({ weight: member.weight, ...windowOf(member, longMs) }));
  const shares = contributions(slo.indicator.rule, counts);
  if (shares === undefined) return [];
  const parts = members
    .map((member, index) => ({ member, share: shares[index] ?? 0, counts: counts[index] }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .map(({ member, share, counts: { good = 0, total = 0 } = {} }, rank) => {
      const makes = `${rank === 0 ? "makes " : ""}${percentText(share)}`;
      return `${member.sloId} ${makes} (${percentText((total - good) / total)} bad)`;
    });
  const silent = members.filter((_, index) => counts[index]?.total === 0);
  return [`Of the burn over ${formatDuration(longMs)}, ${parts.join(", ")}${silentText(silent)}.`];
}

const windowOf = ({ windows }: MemberReading, windowMs: number) => {
  const { good = 0, total = 0 } = windows.find((window) => window.windowMs === windowMs) ?? {};
  return { good, total };
};

function silentText(silent: readonly MemberReading[]): string {
  if (silent.length === 0) return "";
  const names = silent.map(({ sloId }) => sloId).join(", ");
  return silent.length === 1
    ? `; ${names} has no events and is left out`
    : `; ${names} have no events and are left out`;
}
