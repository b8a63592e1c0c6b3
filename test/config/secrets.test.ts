/** A canary in every place a secret can be given; it must appear in none that is printed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format, inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig, printConfig, Secret } from "../../src/config/index.ts";
import { problemsToJson, renderProblems, readYaml } from "../../src/rules/index.ts";

const CANARY = "canary-7f3a9c51e0b24d68";
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "slowburn-secrets-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("Secret", () => {
  const secret = new Secret(CANARY);
  it("prints as [REDACTED] wherever it is put", () => {
    const printed = [
      String(secret),
      format("%s", secret),
      JSON.stringify({ secret }),
      inspect({ deep: [secret] }, { showHidden: true, depth: 9 }),
      format("%s %o %j", secret, secret, secret),
      Object.entries(secret).join(""),
    ];
    for (const text of printed) expect(text).not.toContain(CANARY);
    expect(printed.slice(0, 4).every((text) => text.includes("[REDACTED]"))).toBe(true);
  });
  it("is revealed and compared only on purpose", () => {
    expect(secret.reveal()).toBe(CANARY);
    expect(secret.matches(CANARY)).toBe(true);
    expect(secret.matches(`${CANARY}x`)).toBe(false);
    expect(secret.matches("")).toBe(false);
  });
});

describe("a token by reference", () => {
  it("is read from a file or the environment, and masked in the print", () => {
    const token = join(directory, "token");
    writeFileSync(token, `${CANARY}\n`);
    const { config, problems } = loadConfig({
      flags: { tokensIngest: `file:${token}` },
      environment: { SLOWBURN_TOKENS_API: "env:API_TOKEN", API_TOKEN: CANARY },
    });
    expect(problems).toEqual([]);
    expect(config?.tokens.ingest?.reveal()).toBe(CANARY);
    expect(config?.tokens.api?.matches(CANARY)).toBe(true);
    if (config === undefined) throw new Error("the configuration is sound");
    const printed = printConfig(config);
    for (const text of [printed, JSON.stringify(config), inspect(config, { depth: 9 })])
      expect(text).not.toContain(CANARY);
    expect(printed).toMatch(/ingest: "\[REDACTED\]" +# --tokens-ingest/);
  });
});

describe("what is wrong with a secret never quotes it", () => {
  const wrong: readonly [name: string, yaml: string][] = [
    ["written out", `tokens: { ingest: ${CANARY} }`],
    ["written out as a list", `tokens: { ingest: [${CANARY}] }`],
    ["in an address", `alertmanager: { urls: ["http://user:${CANARY}@am:9093"] }`],
    ["too short, by reference", `tokens: { ingest: "env:SHORT" }`],
    ["not there", `tokens: { ingest: "env:NOT_THERE" }`],
    ["in a file that is not there", `tokens: { api: "file:/nowhere/token" }`],
  ];
  it.each(wrong)("%s", (_, yaml) => {
    const file = join(directory, "slowburn.yaml");
    writeFileSync(file, yaml);
    const { config, problems } = loadConfig({
      flags: { config: file },
      environment: { SHORT: CANARY.slice(0, 10) },
    });
    expect(config).toBeUndefined();
    expect(problems).toHaveLength(1);
    const printed = JSON.stringify(problemsToJson(problems)) + renderProblems(problems);
    expect(printed).not.toContain(CANARY.slice(0, 10));
    if (problems[0]?.code === "secret-reference")
      expect(renderProblems(problems, { sources: new Map([[file, yaml]]) })).not.toContain(CANARY);
  });
});

describe("printConfig", () => {
  it("is a file that gives the same configuration again", () => {
    const flags = {
      dataDirectory: "/var/lib/slow burn",
      apiPort: "0",
      alertmanagerUrls: ["http://a:9093", "http://b:9093"],
      evaluationInterval: "1s",
      limitsRequestBytes: "8MiB",
      selfTelemetry: "off",
      externalUrl: "https://slo.example",
      rulesDirectory: "/etc/slowburn: #rules",
    };
    const { config } = loadConfig({ flags });
    if (config === undefined) throw new Error("the configuration is sound");
    const printed = printConfig(config);
    expect(readYaml({ file: "printed", text: printed }).problems).toEqual([]);
    const file = join(directory, "printed.yaml");
    writeFileSync(file, printed);
    const again = loadConfig({ flags: { config: file } });
    expect(again.problems).toEqual([]);
    const withoutSources = (whole: typeof config) => ({ ...whole, sources: {} });
    if (again.config === undefined) throw new Error("the print is sound");
    expect({ ...withoutSources(again.config), dataDirectory: "", rulesDirectory: "" }).toEqual({
      ...withoutSources(config),
      dataDirectory: "",
      rulesDirectory: "",
    });
    expect([again.config.dataDirectory, again.config.rulesDirectory]).toEqual([
      flags.dataDirectory,
      flags.rulesDirectory,
    ]);
  });

  it("masks the query of an address", () => {
    const { config } = loadConfig({
      flags: { webhookUrls: [`https://hooks.example/x?token=${CANARY}`] },
    });
    if (config === undefined) throw new Error("the configuration is sound");
    expect(printConfig(config)).not.toContain(CANARY);
    expect(printConfig(config)).toContain("https://hooks.example/x?[REDACTED]");
  });
});
