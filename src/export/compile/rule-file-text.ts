/** Rule groups as the file that the target reads: plain, or wrapped for the Prometheus operator. */
import { stringify } from "yaml";
import type { RuleGroup } from "./rule.ts";

export const RULE_TARGETS = ["prom2.42", "prom3", "mimir", "thanos", "vm"] as const;
export type RuleTarget = (typeof RULE_TARGETS)[number];
export const RULE_WRAPPERS = ["plain", "PrometheusRule"] as const;
export type RuleWrapper = (typeof RULE_WRAPPERS)[number];

export interface RuleFileSettings {
  readonly target: RuleTarget;
  readonly wrapper: RuleWrapper;
}

const HEAD = "# Made by slowburn compile. Edit the SLO files instead.\n";
const YAML = { lineWidth: 0, aliasDuplicateObjects: false } as const;
const NAME = "slowburn";

export function ruleFileText(groups: readonly RuleGroup[], settings: RuleFileSettings): string {
  const made = groups.map((group) => forTarget(group, settings.target));
  return HEAD + stringify(wrapped(made, settings), YAML);
}

function wrapped(groups: readonly object[], { target, wrapper }: RuleFileSettings): object {
  if (wrapper === "PrometheusRule") {
    return {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: {
        name: NAME,
        labels: { "app.kubernetes.io/component": "SLO", "app.kubernetes.io/managed-by": NAME },
      },
      spec: { groups },
    };
  }
  return target === "mimir" ? { namespace: NAME, groups } : { groups };
}

/** Thanos's ruler must be told not to take half an answer for all: an error ratio of some stores is no error ratio. */
const forTarget = (group: RuleGroup, target: RuleTarget): object =>
  target === "thanos" ? { ...group, partial_response_strategy: "abort" } : group;
