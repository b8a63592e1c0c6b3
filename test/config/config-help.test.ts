/** Names, help and table are made of one table of keys; the README's copy is compared. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import {
  CONFIG_NAMES,
  CONFIG_PROBLEM_CODES,
  configFlags,
  configTable,
  environmentName,
  flagName,
  loadConfig,
  printConfig,
} from "../../src/config/index.ts";

const cells = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe("names", () => {
  it.each([
    ["dataDirectory", "SLOWBURN_DATA_DIRECTORY", "--data-directory"],
    ["otlpHttp.port", "SLOWBURN_OTLP_HTTP_PORT", "--otlp-http-port"],
    ["tls.certFile", "SLOWBURN_TLS_CERT_FILE", "--tls-cert-file"],
    [
      "alertmanager.bearerTokenFile",
      "SLOWBURN_ALERTMANAGER_BEARER_TOKEN_FILE",
      "--alertmanager-bearer-token-file",
    ],
  ])("%s", (name, variable, flag) => {
    expect([environmentName(name), flagName(name)]).toEqual([variable, flag]);
  });

  it("no key takes a name that Kubernetes sets beside a Service called slowburn", () => {
    for (const name of CONFIG_NAMES)
      expect(environmentName(name)).not.toMatch(/^SLOWBURN_(PORT|SERVICE_HOST|SERVICE_PORT)/);
  });
});

describe("the README", () => {
  const readme = readFileSync("src/config/README.md", "utf8");
  it("has the table of keys", () => {
    expect(cells(readme)).toEqual(expect.arrayContaining(cells(configTable())));
    expect(cells(configTable())).toHaveLength(CONFIG_NAMES.length);
  });
  it("explains every code", () => {
    for (const [code, text] of Object.entries(CONFIG_PROBLEM_CODES))
      expect(cells(readme)).toContainEqual([`\`${code}\``, text]);
  });
});

describe("help", () => {
  it("shows each flag with its value and default", () => {
    expect(configFlags()).toHaveLength(CONFIG_NAMES.length);
    expect(configFlags()).toContainEqual({
      flags: "--api-port <port>",
      description: "Port of the API and /metrics; 0 lets the system choose. (4319)",
      isRepeatable: false,
    });
    expect(configFlags()).toContainEqual(
      expect.objectContaining({ flags: "--self-telemetry [on|off]" }),
    );
  });

  it("commander takes the flags, and what it parses sets every key", () => {
    const command = new Command().exitOverride();
    for (const { flags, description, isRepeatable } of configFlags()) {
      if (isRepeatable) {
        command.option(
          flags,
          description,
          (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
        );
      } else command.option(flags, description);
    }
    command.parse(
      "--api-port 1 --allow-remote --self-telemetry off --alertmanager-urls http://a --alertmanager-urls http://b --log-level debug".split(
        " ",
      ),
      { from: "user" },
    );
    const { config, problems } = loadConfig({ flags: command.opts() });
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      api: { port: 1 },
      allowRemote: true,
      selfTelemetry: false,
      alertmanager: { urls: ["http://a", "http://b"] },
      log: { level: "debug" },
    });
  });

  it("every key has a default that reads back, and a place in the print", () => {
    const { config } = loadConfig({});
    if (config === undefined) throw new Error("the defaults are sound");
    const printed = printConfig(config);
    expect(printed.match(/# default$/gm)).toHaveLength(CONFIG_NAMES.length);
  });
});
