/**
 * Alert policies of OpenSLO, where they say all: one lookback a tier, whose short one is a twelfth of it, and words for
 * severities and receivers. Anything else is refused here, and said in the annotation instead.
 */
import type { Alerting, Slo, Tier } from "../slo/index.ts";
import type { Written } from "./native-conditions.ts";
import { NotConvertible } from "./not-convertible.ts";
import { shorthandText } from "./openslo-duration.ts";

export function alertPoliciesOf({ name, alerts, absent, alerting }: Slo): readonly Written[] {
  if (alerts.tiers.length === 0) throw new NotConvertible("no alerts");
  const silent = alerts.tiers.find(
    ({ severity, longMs, forMs }) =>
      severity === absent?.severity && longMs + forMs === absent.afterMs,
  );
  const names = alerts.name.split("+");
  const isNamed = names.length === alerts.tiers.length;
  return alerts.tiers.map((tier, index) => {
    const policyName = isNamed ? (names[index] ?? "") : `${name}-${index + 1}`;
    return policyOf(tier, policyName, tier === silent, alerting);
  });
}

function policyOf(
  tier: Tier,
  name: string,
  alertsOnNoData: boolean,
  alerting: Alerting | undefined,
): Written {
  const { labels = {} } = alerting?.bySeverity[tier.severity] ?? {};
  const targets = labels["notification_target"]?.split(",") ?? [];
  return {
    kind: "AlertPolicy",
    metadata: { name },
    spec: {
      alertWhenBreaching: true,
      ...(alertsOnNoData ? { alertWhenNoData: true } : {}),
      conditions: [
        {
          kind: "AlertCondition",
          metadata: { name: `${name}-condition` },
          spec: {
            severity: labels["severity"] ?? tier.severity,
            condition: {
              kind: "burnrate",
              op: "gt",
              threshold: tier.factorMilli / 1000,
              lookbackWindow: shorthandText(tier.longMs, "a lookback"),
              ...(tier.forMs === 0 ? {} : { alertAfter: shorthandText(tier.forMs, "`for`") }),
            },
          },
        },
      ],
      ...(targets.length === 0
        ? {}
        : { notificationTargets: targets.map((targetRef) => ({ targetRef })) }),
    },
  };
}
