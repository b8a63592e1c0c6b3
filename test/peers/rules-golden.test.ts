/** Burn-rate factors from shares of the budget, as a rule file states them and as the workbook's policy scales them. */
import { expect, test } from "vitest";
import { readRuleFile } from "../../src/rules/index.ts";
import { millis, ppb, WHOLE_PPB, workbookPolicy } from "../../src/slo/index.ts";
import { describeCorpora, expectNear, goldenCases } from "./corpora.ts";

interface Share {
  readonly windowSeconds: number;
  readonly budgetPercent: string;
  readonly longSeconds: number;
}
interface Factor {
  readonly factor: number;
  readonly meaningful: boolean;
  readonly highestErrorBudgetThatCanFire: number;
}

/** The tier's factor x 1000, or the codes of what is wrong with it, at an error budget in parts per billion. */
function readTier(share: Share, budgetPpb: number): number | readonly string[] {
  const objective = `${((WHOLE_PPB - budgetPpb) / 1e7).toFixed(7)}%`;
  const { windowSeconds, budgetPercent, longSeconds } = share;
  const { slos, problems } = readRuleFile({
    file: "burn.yaml",
    text: `
apiVersion: slowburn/v1
service: burn
slos:
  factor:
    objective: ${objective}
    window: ${windowSeconds}s
    sli: { metric: requests, bad: { code: "500" } }
    alerts:
      tiers: [{ severity: page, budget: ${budgetPercent}%, long: ${longSeconds}s, short: 5m }]
`,
  });
  return slos[0]?.alerts.tiers[0]?.factorMilli ?? problems.map(({ code }) => code);
}

describeCorpora("a share of the budget", () => {
  const cases = goldenCases<Share, Factor>("burnFactor");

  test.each(cases)("%s", (_, share, { factor, meaningful, ...expected }, tolerance) => {
    const budgetPpb = Math.floor(expected.highestErrorBudgetThatCanFire * WHOLE_PPB);
    if (!meaningful) {
      expect(readTier(share, 1_000_000)).toEqual(["tier-always-fires"]);
      return;
    }
    const factorMilli = readTier(share, 1_000_000);
    expect(typeof factorMilli).toBe("number");
    expectNear(Number(factorMilli) / 1000, factor, tolerance);
    expect(readTier(share, budgetPpb - 1)).toBe(factorMilli);
    if (budgetPpb < WHOLE_PPB) expect(readTier(share, budgetPpb + 1)).toEqual(["tier-never-fires"]);
  });

  const workbook = cases.filter(([, { budgetPercent, longSeconds }]) =>
    ["2 3600", "5 21600", "10 86400", "10 259200"].includes(`${budgetPercent} ${longSeconds}`),
  );
  test.each(workbook)("%s in the workbook's policy", (_, share, { factor, meaningful }) => {
    const { tiers } = workbookPolicy(millis(share.windowSeconds * 1000), ppb(1_000_000));
    const tier = tiers.find(({ longMs }) => longMs === share.longSeconds * 1000);
    const isSlowest = share.longSeconds === 259_200; // raised to 1, so that overspending is noticed
    const expected = meaningful || isSlowest ? Math.max(1, factor) : undefined;
    expect(tier && tier.factorMilli / 1000).toBe(expected);
  });
});
