import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { poissonTail } from "../../src/alerts/index.ts";

const near = (got: number, want: number, relative = 1e-11) =>
  expect(Math.abs(got - want)).toBeLessThanOrEqual(relative * want);

describe("the Poisson tail", () => {
  it("closed forms: P(X >= 1) = 1 - e^-m, P(X >= 2) = 1 - e^-m (1 + m)", () => {
    for (const m of [1e-9, 1e-6, 0.01, 0.3, 0.99]) {
      near(poissonTail(1, m), -Math.expm1(-m));
      if (m >= 0.01) near(poissonTail(2, m), 1 - Math.exp(-m) * (1 + m), 1e-9);
    }
    near(poissonTail(2, 1e-6), 1e-12 / 2, 1e-5);
  });

  it("against the plain sum of what is below", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.1, max: 40, noNaN: true }),
        (x, m) => {
          fc.pre(x > m);
          let [term, below] = [Math.exp(-m), 0];
          for (let k = 0; k < x; k++) {
            below += term;
            term *= m / (k + 1);
          }
          expect(Math.abs(poissonTail(x, m) - (1 - below))).toBeLessThan(1e-12);
        },
      ),
    );
  });

  it("falls with the count, rises with the mean", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (x, m) => {
          expect(poissonTail(x + 1, m)).toBeLessThanOrEqual(poissonTail(x, m) * (1 + 1e-9));
          expect(poissonTail(x, m * 1.1)).toBeGreaterThanOrEqual(poissonTail(x, m) * (1 - 1e-9));
        },
      ),
    );
  });

  it("edges", () => {
    expect(poissonTail(0, 5)).toBe(1);
    expect(poissonTail(5, 5)).toBe(1); // at or below the mean: the safe side
    expect(poissonTail(3, 0)).toBe(0);
    expect(poissonTail(2.9999999999, 0.1)).toBe(poissonTail(3, 0.1));
    expect(poissonTail(2.9, 0.1)).toBe(poissonTail(2, 0.1));
    expect(poissonTail(1e9, 1e6)).toBe(0);
  });

  it("is bounded in time where the mean is huge", () => {
    const tail = poissonTail(1e12 + 4e6, 1e12); // four sigma: 3.2e-5
    expect(tail).toBeGreaterThan(3.1e-5);
    expect(tail).toBeLessThan(1e-3);
  });
});
