/** Precedence, problems and bounds of the configuration. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig, type ConfigInput } from "../../src/config/index.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "slowburn-config-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = () => join(directory, "slowburn.yaml");
const load = (yaml: string, input: ConfigInput = {}) => {
  writeFileSync(file(), yaml);
  return loadConfig({ ...input, flags: { config: file(), ...input.flags } });
};
const seen = ({ problems }: ReturnType<typeof loadConfig>) =>
  problems.map(({ code, path, line, hint }) =>
    [code, path, line, hint].filter((part) => part !== undefined),
  );

describe("defaults", () => {
  it("are a sound configuration that listens on loopback only", () => {
    const { config, problems } = loadConfig({});
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      dataDirectory: "./data",
      rulesDirectory: "./rules",
      otlpHttp: { host: "127.0.0.1", port: 4318 },
      otlpGrpc: { host: "127.0.0.1", port: 4317 },
      api: { host: "127.0.0.1", port: 4319 },
      durability: "ack",
      bucketMs: 10_000,
      alertmanager: { urls: [] },
      selfTelemetry: true,
      allowRemote: false,
    });
    expect(config?.tls).toBeUndefined();
    expect(config?.tokens).toEqual({ ingest: undefined, api: undefined });
  });

  it("are frozen, deep down", () => {
    const { config } = loadConfig({});
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(config)).toBe(true);
  });
});

describe("a key that is written twice", () => {
  it.each([
    "api.port: 5319\napi: { host: 127.0.0.2, port: 5320 }",
    "api: { host: 127.0.0.2, port: 5319 }\napi.port: 5320",
  ])("nested and dotted, is a problem: %j", (text) => {
    const { config, problems } = load(text);
    expect(config).toBeUndefined();
    expect(problems).toMatchObject([
      {
        code: "duplicate-key",
        severity: "error",
        line: 2,
        message: "api.port is set in line 1 already, written another way",
      },
    ]);
  });

  it("beside another key of its group is none", () => {
    const { config } = load("api.port: 5319\napi: { host: 127.0.0.2 }");
    expect(config?.api).toEqual({ host: "127.0.0.2", port: 5319 });
  });
});

describe("precedence", () => {
  it("flags over environment over file over default, key by key, with the source of each", () => {
    const { config, problems } = load(
      "api: { host: 127.0.0.2, port: 1 }\notlpHttp.port: 2\ndurability: interval",
      {
        environment: {
          SLOWBURN_API_PORT: "3",
          SLOWBURN_OTLP_HTTP_PORT: "4",
          SLOWBURN_OTLP_GRPC_PORT: "",
        },
        flags: { otlpHttpPort: "5" },
      },
    );
    expect(problems).toEqual([]);
    expect(config?.api).toEqual({ host: "127.0.0.2", port: 3 });
    expect(config?.otlpHttp.port).toBe(5);
    expect(config?.otlpGrpc.port).toBe(4317);
    expect(config?.durability).toBe("interval");
    expect(config?.sources).toMatchObject({
      "otlpHttp.port": "--otlp-http-port",
      "api.port": "SLOWBURN_API_PORT",
      "api.host": `file ${file()}:1`,
      durability: `file ${file()}:3`,
      "otlpGrpc.port": "default",
    });
  });

  it("a value that is overridden is still checked", () => {
    const reading = load("api: { port: many }", { flags: { apiPort: "1" } });
    expect(seen(reading)).toEqual([["invalid-value", "api.port", 1]]);
    expect(reading.config).toBeUndefined();
  });

  it("paths in the file are relative to the file, others to the working directory", () => {
    const { config } = load("dataDirectory: ./state", { flags: { rulesDirectory: "here" } });
    expect(config?.dataDirectory).toBe(join(directory, "state"));
    expect(config?.rulesDirectory).toBe("here");
  });

  it("the environment names the file too, and a named file must be there", () => {
    writeFileSync(file(), "log.level: debug");
    expect(loadConfig({ environment: { SLOWBURN_CONFIG: file() } }).config?.log.level).toBe(
      "debug",
    );
    expect(seen(loadConfig({ flags: { config: join(directory, "none.yaml") } }))).toEqual([
      ["config-unreadable", ""],
    ]);
  });
});

describe("values", () => {
  const right: readonly [yaml: string, path: string, value: unknown][] = [
    ["evaluationInterval: 1s", "bucketMs", 1_000],
    ["limits: { requestBytes: 8MiB }", "limits.requestBytes", 8 * 1024 * 1024],
    ["limits: { requestBytes: 4096 }", "limits.requestBytes", 4_096],
    ["selfTelemetry: off", "selfTelemetry", false],
    ["selfTelemetry: false", "selfTelemetry", false],
    [
      "alertmanager: { urls: ['http://a:9093/', 'http://b:9093/x', 'http://a:9093'] }",
      "alertmanager.urls",
      ["http://a:9093", "http://b:9093/x"],
    ],
    [
      "alertmanager: { urls: 'http://a:9093,http://b:9093' }",
      "alertmanager.urls",
      ["http://a:9093", "http://b:9093"],
    ],
    ["externalUrl: https://slo.example/", "externalUrl", "https://slo.example"],
    ["api: { host: '[::1]' }", "api.host", "::1"],
    ["api:", "api.port", 4319],
    ["durability:", "durability", "ack"],
  ];
  it.each(right)("%s", (yaml, path, value) => {
    const { config, problems } = load(yaml);
    expect(problems).toEqual([]);
    const read = path
      .split(".")
      .reduce((at: unknown, part) => (at as Record<string, unknown>)[part], config);
    expect(read).toEqual(value);
  });

  const wrong: readonly [yaml: string, ...problem: unknown[]][] = [
    ["dataDir: x", "unknown-key", "dataDir", 1],
    ["rulesDirectry: x", "unknown-key", "rulesDirectry", 1, "did you mean `rulesDirectory`?"],
    ["port: 1", "unknown-key", "port", 1, "did you mean `otlpHttp.port`?"],
    ["api: { prot: 1 }", "unknown-key", "api.prot", 1, "did you mean `api.port`?"],
    ["api: 4319", "invalid-value", "api", 1, "it has: host, port"],
    ["api: { port: 65536 }", "invalid-value", "api.port", 1],
    ["api: { port: -1 }", "invalid-value", "api.port", 1],
    ["api: { host: '127.0.0.1:80' , port: 1.5 }", "invalid-value", "api.port", 1],
    ["durability: akc", "invalid-value", "durability", 1, "did you mean `ack`?"],
    ["evaluationInterval: 10", "invalid-value", "evaluationInterval", 1, "write 10s"],
    ["evaluationInterval: 2h", "invalid-value", "evaluationInterval", 1],
    ["limits: { requestBytes: 2TiB }", "invalid-value", "limits.requestBytes", 1, "write 64MiB"],
    ["externalUrl: ftp://x", "invalid-value", "externalUrl", 1, "write http://host:port"],
    [
      "alertmanager: { urls: [1] }",
      "invalid-value",
      "alertmanager.urls",
      1,
      "write http://host:port",
    ],
    ["selfTelemetry: maybe", "invalid-value", "selfTelemetry", 1],
    ["- a", "config-form", "", 1],
    ["a: [", "yaml-syntax", "", 1],
    ["dataDirectory: x\ndataDirectory: y", "duplicate-key", "", 2],
  ];
  it.each(wrong)("%s", (yaml, ...expected) => {
    const reading = load(yaml);
    const [first = []] = seen(reading);
    expect(first.slice(0, expected.length)).toEqual(expected);
    expect(reading.config).toBeUndefined();
  });

  it("all problems come at once, from every source", () => {
    const reading = load("x: 1\napi: { port: y }", {
      environment: { SLOWBURN_DURABILITY: "z" },
      flags: { logLevel: "loud" },
    });
    expect(seen(reading).map(([code, path]) => [code, path])).toEqual([
      ["unknown-key", "x"],
      ["invalid-value", "api.port"],
      ["invalid-value", "SLOWBURN_DURABILITY"],
      ["invalid-value", "--log-level"],
    ]);
  });
});

describe("environment", () => {
  it("a variable that sets nothing is a warning, with what was meant", () => {
    const { config, problems } = loadConfig({
      environment: { SLOWBURN_API_PROT: "1", SLOWBURN_WHATEVER: "2", HOME: "x" },
    });
    expect(config).toBeDefined();
    expect(problems).toMatchObject([
      {
        code: "unknown-variable",
        severity: "warning",
        path: "SLOWBURN_API_PROT",
        hint: "did you mean SLOWBURN_API_PORT?",
      },
      { code: "unknown-variable", path: "SLOWBURN_WHATEVER" },
    ]);
  });

  it("what Kubernetes sets beside a Service called slowburn is not ours", () => {
    const environment = {
      SLOWBURN_SERVICE_HOST: "10.0.0.1",
      SLOWBURN_SERVICE_PORT: "4318",
      SLOWBURN_SERVICE_PORT_OTLP_HTTP: "4318",
      SLOWBURN_PORT: "tcp://10.0.0.1:4318",
      SLOWBURN_PORT_4318_TCP_ADDR: "10.0.0.1",
    };
    expect(loadConfig({ environment }).problems).toEqual([]);
  });
});

describe("listening beyond loopback", () => {
  const token = "0123456789abcdef0123456789abcdef";
  const secure = () => {
    for (const name of ["cert.pem", "key.pem", "token"])
      writeFileSync(join(directory, name), token);
    return { "tls.certFile": "cert.pem", "tls.keyFile": "key.pem", "tokens.ingest": "file:token" };
  };
  const remote = (keys: Record<string, unknown>) =>
    seen(load(JSON.stringify(keys))).map(([code, path]) => [code, path]);

  it.each(["0.0.0.0", "::", "10.0.0.1", "slowburn.example", "127.0.0.1.example"])(
    "%s is refused",
    (host) => {
      expect(remote({ "api.host": host })).toEqual([["remote-listening", '["api.host"]']]);
    },
  );
  it.each(["127.0.0.1", "127.8.9.1", "::1", "localhost"])("%s is loopback", (host) => {
    expect(remote({ "api.host": host })).toEqual([]);
  });
  it("is allowed when the operator says so", () => {
    expect(remote({ "api.host": "0.0.0.0", allowRemote: "on" })).toEqual([]);
  });
  it("is allowed with TLS and the token of that listener, not with one of them", () => {
    expect(remote({ "otlpHttp.host": "0.0.0.0", ...secure() })).toEqual([]);
    expect(remote({ "otlpHttp.host": "0.0.0.0", ...secure(), "tokens.ingest": null })).toHaveLength(
      1,
    );
    expect(remote({ "otlpHttp.host": "0.0.0.0", "tokens.ingest": "file:token" })).toHaveLength(1);
    expect(remote({ "api.host": "0.0.0.0", ...secure() })).toHaveLength(1);
  });
  it("half a TLS pair, and a file that is not there, are refused", () => {
    secure();
    expect(remote({ "tls.certFile": "cert.pem" })).toEqual([["tls-pair", "tls.keyFile"]]);
    expect(remote({ "tls.certFile": "none.pem", "tls.keyFile": "key.pem" })).toEqual([
      ["config-unreadable", '["tls.certFile"]'],
    ]);
  });
  it("two listeners on one address are refused; port 0 is never the same", () => {
    expect(remote({ "api.port": 4318 })).toEqual([["address-conflict", '["api.port"]']]);
    expect(remote({ "api.port": 4318, "api.host": "127.0.0.2" })).toEqual([]);
    expect(remote({ "api.port": 0, "otlpHttp.port": 0 })).toEqual([]);
  });
});
