/**
 * File, environment and flags → one frozen, typed configuration. Promised: every problem at once with its place and fix;
 * secrets only by reference, and never printed; nothing listens beyond loopback unprotected without being told to.
 */
export { configFlags, configTable, type ConfigFlag } from "./config-help.ts";
export { CONFIG_NAMES, environmentName, flagName, type ConfigName } from "./config-keys.ts";
export { loadConfig, type ConfigInput, type ConfigReading } from "./load-config.ts";
export { makeDirectory } from "./make-directory.ts";
export { printConfig } from "./print-config.ts";
export { CONFIG_PROBLEM_CODES, type ConfigProblemCode } from "./problem-codes.ts";
export { Secret } from "./secret.ts";
export type {
  LimitsConfig,
  ListenConfig,
  NotifyConfig,
  SlowburnConfig,
} from "./slowburn-config.ts";
