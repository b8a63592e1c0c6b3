/** SLOs → Prometheus rules, for teams whose alerts run on Prometheus, Mimir, Thanos or VictoriaMetrics. */
import { isComposite, sloProblem, type Problem, type Slo } from "../../slo/index.ts";
import { absentRule } from "./absent-rule.ts";
import { compositeRatio, withReadSpans } from "./composite-query.ts";
import { NotCompilable } from "./not-compilable.ts";
import { errorRatioQuery } from "./ratio-query.ts";
import type { AlertingRule, CompileSettings, RuleGroup } from "./rule.ts";
import { ruleGroups } from "./rule-groups.ts";
import { slothId } from "./sloth-names.ts";

export interface CompiledRules {
  readonly groups: readonly RuleGroup[];
  /** Errors: SLOs without a form in Prometheus rules. Warnings: what the rules leave out. */
  readonly problems: readonly Problem[];
}

export function compileRules(slos: readonly Slo[], settings: CompileSettings): CompiledRules {
  const recorded = withReadSpans(slos);
  const results = new Map<Slo, CompiledRules>();
  const compiled = new Map<string, Slo>();
  const owners = new Map<string, Slo>();
  // Members first: what is made of them reads their recordings.
  for (const slo of recorded.toSorted((a, b) => Number(isComposite(a)) - Number(isComposite(b)))) {
    const result = compileSlo(slo, settings, { compiled, owners });
    if (result.groups.length > 0) compiled.set(slo.id, slo);
    results.set(slo, result);
  }
  const ordered = recorded.flatMap((slo) => results.get(slo) ?? []);
  return {
    groups: ordered.flatMap(({ groups }) => groups),
    problems: ordered.flatMap(({ problems }) => problems),
  };
}

interface SoFar {
  readonly compiled: ReadonlyMap<string, Slo>;
  /** By Sloth's id. */
  readonly owners: Map<string, Slo>;
}

function compileSlo(
  slo: Slo,
  settings: CompileSettings,
  { compiled, owners }: SoFar,
): CompiledRules {
  try {
    const ratioOver = isComposite(slo)
      ? compositeRatio(slo, compiled)
      : (range: string) => errorRatioQuery(slo, range);
    refuseOtherBudgets(slo);
    const absent = absentOf(slo);
    const groups = ruleGroups(slo, settings, { ratioOver, further: absent.rules });
    refuseTwin(slo, owners);
    return { groups, problems: [...lossesOf(slo), ...absent.problems] };
  } catch (error) {
    if (!(error instanceof NotCompilable)) throw error;
    return { groups: [], problems: [refusal(slo, error)] };
  }
}

/** Rules of one id would be one another's: `a-b/c` and `a/b-c` have the same. */
function refuseTwin(slo: Slo, owners: Map<string, Slo>): void {
  const id = slothId(slo);
  const owner = owners.get(id);
  if (owner === undefined) {
    owners.set(id, slo);
    return;
  }
  const { file, line } = owner.source;
  throw new NotCompilable(
    `Sloth's id of it, ${id}, is that of ${owner.id} in ${file}:${line} already`,
    "rename one of them, or compile them apart",
  );
}

function refuseOtherBudgets({ window, budgeting }: Slo): void {
  if (window.kind === "calendar") {
    throw new NotCompilable("PromQL has no calendar windows", "give it a rolling window: 30d");
  }
  if (budgeting.kind !== "occurrences") {
    throw new NotCompilable(
      `${budgeting.kind} would take a subquery over the whole window at each evaluation`,
      "budget it by occurrences, or let slowburn compute it",
    );
  }
}

function absentOf(slo: Slo): {
  readonly rules: readonly AlertingRule[];
  readonly problems: readonly Problem[];
} {
  try {
    const rule = absentRule(slo);
    return { rules: rule === undefined ? [] : [rule], problems: [] };
  } catch (error) {
    if (!(error instanceof NotCompilable)) throw error;
    const message = `the rules do not alert on absent data: ${error.message}`;
    const { hint } = error;
    return { rules: [], problems: [lossOf(slo, message, hint)] };
  }
}

/** What makes slowburn's numbers and alerts differ from those of the rules. */
function lossesOf(slo: Slo): readonly Problem[] {
  const { tiers } = slo.alerts;
  const lost = [
    ...(tiers.some((tier) => tier.significance < 1) ? ["the significance gate"] : []),
    ...(tiers.some((tier) => tier.minBadEvents > 0) ? ["minBadEvents"] : []),
  ];
  const gates = `the rules alert without ${lost.join(" and ")}: pages at low traffic may be chance`;
  const maintenance = "the rules count what happens in maintenance: PromQL has no exclusions";
  const messages = [
    ...(lost.length === 0 ? [] : [gates]),
    ...(slo.exclusions === undefined ? [] : [maintenance]),
  ];
  return messages.map((message) => lossOf(slo, message));
}

const lossOf = (slo: Slo, loss: string, hint?: string): Problem =>
  sloProblem(slo, {
    code: "compiled-without",
    severity: "warning",
    message: `${slo.id}: ${loss}`,
    hint,
  });

const refusal = (slo: Slo, { message, hint }: NotCompilable): Problem =>
  sloProblem(slo, {
    code: "not-compilable",
    severity: "error",
    message: `${slo.id}: ${message}`,
    hint,
  });
