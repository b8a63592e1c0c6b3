export * from "./target.ts";
export * from "./view.ts";
