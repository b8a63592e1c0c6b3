import { defineConfig } from "vitest/config";

/** What needs peers from the system's packages or `../shared`: see test/peers/corpora.ts and .ci/run. */
export default defineConfig({
  test: {
    include: ["test/peers/**/*.test.ts"],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
