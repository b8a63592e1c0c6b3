export * from "./export-outcome.ts";
export * from "./sink.ts";
