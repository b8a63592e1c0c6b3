/** Chains of SLO plugins: programs that make, change or check the rules that Sloth generates. Few matter without rules. */
import { fieldIn, kindOf, report, type Field } from "../native/index.ts";
import { readSpelled, type Dialect } from "./dialect.ts";
import { chainItemSchema, chainSchema } from "./schemas.ts";

export interface PluginChain {
  readonly ids: readonly string[];
  /** Sloth's own plugins, and those of the level above, do not run. */
  readonly isAlone: boolean;
}

const ALERT_RULES = "sloth.dev/core/alert_rules/v1";
/** What these do is done here anyway, or is about rules that there are none of. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  "sloth.dev/core/sli_rules/v1",
  "sloth.dev/core/metadata_rules/v1",
  ALERT_RULES,
  "sloth.dev/core/validate/v1",
  "sloth.dev/core/debug/v1",
  "sloth.dev/core/noop/v1",
  "sloth.dev/contrib/denominator_corrected_rules/v1",
  "sloth.dev/contrib/rule_intervals/v1",
  "sloth.dev/contrib/validate_victoria_metrics/v1",
]);

export function readPluginChain(value: unknown, field: Field, dialect: Dialect): PluginChain {
  const shape =
    value === undefined ? {} : readSpelled(chainSchema, value, field, "a plugin chain", dialect);
  const { chain = [], overridePrevious = false } = shape ?? {};
  const chainField = fieldIn(field, "chain");
  if (!Array.isArray(chain)) {
    const message = `a chain is a list of plugins, not ${kindOf(chain)}`;
    report(chainField, { code: "wrong-type", message });
    return { ids: [], isAlone: false };
  }
  const ids = chain.flatMap((item: unknown, index) => {
    const itemField = fieldIn(chainField, index);
    const id = readSpelled(chainItemSchema, item, itemField, "a plugin", dialect)?.id;
    if (id !== undefined && !WITHOUT_EFFECT.has(id)) warnOfPlugin(id, fieldIn(itemField, "id"));
    return id ?? [];
  });
  if (overridePrevious && ids.length === 0) {
    const message = "`overridePrevious` leaves no plugin that would make rules";
    report(field, { code: "missing-field", message, hint: "add a chain" });
  }
  return { ids, isAlone: overridePrevious };
}

function warnOfPlugin(id: string, { document, path, findings }: Field): void {
  const message = `the plugin \`${id}\` changes the rules that Sloth generates: it has no effect here`;
  findings.add("not-applied", document, path, message, { severity: "warning" });
}

/** Whether Sloth would make alerts: its own plugin for them runs, unless a chain stands alone without it. */
export function makesAlerts(group: PluginChain, own: PluginChain): boolean {
  if (own.isAlone) return own.ids.includes(ALERT_RULES);
  return !group.isAlone || [...group.ids, ...own.ids].includes(ALERT_RULES);
}
