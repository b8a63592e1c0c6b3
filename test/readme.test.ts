/** README.md is true: its commands run, its files load, its tables are those of the code. In the order of the page. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { FULL } from "../bench/bench-settings.ts";
import { BENCHES } from "../bench/catalog.ts";
import { README_BEGIN, README_COLUMNS, README_END } from "../bench/readme-table.ts";
import { numberText } from "../bench/table.ts";
import { configTable, loadConfig } from "../src/config/index.ts";
import { readRuleFiles } from "../src/rules/index.ts";
import { TEST_TLS } from "./api/test-tls.ts";
import { until } from "./e2e/until.ts";
import { BLOCKS, PROSE, section, type Block } from "./readme/blocks.ts";
import { Sandbox, type Running } from "./readme/sandbox.ts";
import { textOf } from "./tidy/tree.ts";

const of = (kind: Block["kind"]): readonly Block[] => BLOCKS.filter((block) => block.kind === kind);
const [START, SERVE] = of("server");

describe("every block", () => {
  test("is run by a test, but for those that say why", () => {
    for (const { reason } of of("not-run")) expect(reason).toMatch(/\w+ \w+/);
    expect(of("not-run").map(({ code }) => code.split("\n")[0])).toEqual([
      "docker compose -f src/deploy/compose.yaml up --build",
      "npm run bench",
      "npm ci && npm test",
      "npm run check",
    ]);
    expect(BLOCKS.length).toBeGreaterThan(15);
  });

  test("holds the commands: none is hidden in a sentence, where nobody would run it", () => {
    const inline = [...PROSE.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
    expect(inline.length).toBeGreaterThan(100);
    expect(inline.filter((code) => /^(?:npm|npx|docker|curl)\s/.test(code))).toEqual([]);
  });

  test("that is an SLO file loads without a word", () => {
    expect(of("rules").length).toBeGreaterThan(1);
    for (const { code } of of("rules")) {
      const library = { file: "http.yaml", text: textOf("rules/templates/http.yaml") };
      const [reading] = readRuleFiles([{ file: "README.md", text: code }, library]);
      const { slos, exclusions, problems, templates = [] } = reading!;
      expect(problems).toEqual([]);
      expect(slos.length + exclusions.length + templates.length).toBeGreaterThan(0);
    }
  });

  test("that is for the Collector is what src/deploy ships", () => {
    const shipped = parse(textOf("src/deploy/otel-collector.yaml")) as Record<string, unknown>;
    expect(of("collector")).toHaveLength(1);
    for (const { code } of of("collector"))
      expect((parse(code) as Record<string, unknown>)["exporters"]).toEqual(shipped["exporters"]);
  });
});

/** The real ones run in .ci/first-start. `exec`: a signal to npm reaches slowburn, not just a shell around it. */
test("npm start is what the sandbox starts", () => {
  const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
  expect(scripts["start"]).toBe("exec node --enable-source-maps dist/src/cli/main.js serve");
  expect(scripts["prestart"]).toBe("npm run --silent build");
  expect(scripts["demo"]).toBe("exec node --enable-source-maps dist/src/demo/main.js");
  // npx runs the file itself, through a link that it makes only once for a folder.
  expect(scripts["build"]).toMatch(/&& chmod \+x dist\/src\/cli\/main\.js$/);
});

test("the table of the configuration is that of the code", () => {
  const cells = (table: string) =>
    table.split("\n").map((line) => line.replaceAll(/ *\| */g, "|").replaceAll(/-+/g, "-"));
  const table = section("<!-- config: ", "<!-- config end -->");
  expect(cells(table)).toEqual(cells(configTable().trim()));
});

describe("the table of the benches", () => {
  const [machine = "", , head = "", rule = "", ...lines] = section(README_BEGIN, README_END).split(
    "\n",
  );
  const cellsOf = (line: string) => /^\| (.*) \|$/.exec(line)?.[1]?.split(" | ") ?? [];
  const rows = lines.map((line) => cellsOf(line).map((cell) => cell.trim()));
  const TARGETS = Object.values(BENCHES).flatMap((bench) =>
    bench(FULL).flatMap(({ targets }) => targets),
  );

  test("says on what machine it was measured, and with which Node", () => {
    expect(machine).toMatch(/^On \d+ x \S.*, Node v\d+\.\d+\.\d+:$/);
  });

  test("has well-formed columns", () => {
    expect(cellsOf(head).map((cell) => cell.trim())).toEqual(README_COLUMNS);
    expect(rule).toMatch(/^\| -+ \|(?: -+:? \|){5}$/);
    const number = String.raw`-?\d[\d,.e+-]*`;
    for (const [what = "", figure, target, times, peer, ratio, ...more] of rows) {
      expect(what).toMatch(/\w/);
      expect(figure, what).toMatch(new RegExp(`^${number} \\S`));
      expect([target === "", more], what).toEqual([times === "", []]);
      expect(`${target}${times}`, what).toMatch(/^[-\d.,>]*$/);
      expect(peer?.split(" · ").length, what).toBe(ratio?.split(" · ").length);
      expect(peer, what).toMatch(new RegExp(`^(?:\\w[^·]*: ${number}(?: · |$))*$`));
      expect(ratio, what).toMatch(new RegExp(`^(?:${number}(?: · |$))*$`));
      expect(`${target}${peer}`, what).not.toBe("");
    }
  });

  test.each(TARGETS)("has $name", ({ name, unit, target }) => {
    const found = rows.filter(([what]) => what === name);
    expect(found).toHaveLength(1);
    expect(found[0]?.[1]).toMatch(new RegExp(` ${unit}$`));
    expect(found[0]?.[2]).toBe(numberText(target));
  });
});

describe("a new user", { timeout: 120_000 }, () => {
  let sandbox: Sandbox;
  let slowburn: Running;

  beforeAll(async () => {
    sandbox = await Sandbox.create();
    slowburn = sandbox.start(START?.code ?? "");
    await until("slowburn says what to do next", () => /^ {2}next /m.test(slowburn.said()), {
      withinMs: 60_000,
    });
  }, 120_000);
  afterAll(() => slowburn.stop());

  test("is told what listens, what is loaded and where data lives", () => {
    const said = slowburn.said();
    for (const port of [4317, 4318, 4319] as const) expect(said).toContain(sandbox.url(port));
    expect(said).toMatch(/rules\/http\.yaml: 2 SLOs/);
    expect(said).toContain("./data");
  });

  test("sees real numbers within half a minute", async () => {
    const [status] = of("shell");
    await until("slowburn has counted itself", async () => {
      const { out } = await sandbox.run(status?.code ?? "");
      return /slowburn\/evaluation-on-time +99\.9%\/30d +[\d.]+%/.test(out);
    });
  });

  test("puts the SLO files into rules/, and they are in force without a restart", async () => {
    for (const { code } of of("rules")) {
      const { service, templates } = parse(code) as { service?: string; templates?: unknown };
      const name = service ?? (templates === undefined ? "openslo" : "platform");
      sandbox.write(`rules/${name}.yaml`, code);
    }
    for (const { code } of of("ruletest")) sandbox.write("rules/tests/shop.slo", code);
    await until("the files are loaded", async () => {
      const response = await fetch(`${sandbox.url(4319)}/api/v1/slos/shop/orders`);
      return response.ok;
    });
  });

  const EXPORTS = of("shell").filter(({ code }) => code.startsWith("export OTEL_"));

  test("points an SDK here by its environment", async () => {
    expect(EXPORTS).toHaveLength(1);
    sandbox.write("sdk.mjs", SDK_BY_ENVIRONMENT);
    const ended = await sandbox.run(`${EXPORTS[0]?.code}\n"${process.execPath}" sdk.mjs`);
    expect(ended).toMatchObject({ exitCode: 0, err: "" });
  });

  test("runs the code as it stands", async () => {
    for (const { code } of of("script")) {
      sandbox.write("orders.mjs", sandbox.here(code));
      const ended = await sandbox.run(`"${process.execPath}" orders.mjs`);
      expect(ended).toMatchObject({ exitCode: 0, err: "" });
    }
  });

  const COMMANDS = of("shell").filter((block) => !EXPORTS.includes(block));

  test.each(COMMANDS.flatMap(commandsOf))("runs $command", async ({ command }) => {
    const { exitCode, out, err } = await sandbox.run(command);
    expect({ exitCode, err }).toMatchObject({ exitCode: 0 });
    expect(out).not.toBe("");
    if (command.includes("/v1/metrics"))
      expect(JSON.parse(out)).not.toHaveProperty("partialSuccess");
  });

  test("finds every event counted once", async () => {
    await until("the events are evaluated", async () => {
      const response = await fetch(`${sandbox.url(4319)}/api/v1/slos/shop/orders`);
      const { reading } = (await response.json()) as { reading: { total: number; bad: number } };
      return reading.total === 2000 + 5 + 10 && reading.bad === 1;
    });
  });

  test("has dashboards and configuration on disk", () => {
    const { title } = JSON.parse(
      sandbox.read("monitoring/grafana/dashboards/slowburn-slo.json"),
    ) as { title: string };
    expect(title).not.toBe("");
  });

  test("configures slowburn by the files shown", () => {
    sandbox.write("tls/cert.pem", TEST_TLS.cert);
    sandbox.write("tls/key.pem", TEST_TLS.key);
    for (const token of ["ingest-token", "api-token"])
      sandbox.write(`tls/${token}`, "0123456789abcdef");
    expect(of("config").length).toBeGreaterThan(1);
    for (const { code } of of("config")) {
      const file = sandbox.write("slowburn.yaml", code);
      const { config, problems } = loadConfig({ flags: { config: file } });
      expect(problems).toEqual([]);
      expect(config).toBeDefined();
    }
  });

  test("adds an Alertmanager on the command line, and stops with Ctrl-C", async () => {
    sandbox.write("slowburn.yaml", "{}");
    const other = sandbox.start(SERVE?.code ?? "", {
      SLOWBURN_DATA_DIRECTORY: "other-data",
      SLOWBURN_OTLP_HTTP_PORT: "0",
      SLOWBURN_OTLP_GRPC_PORT: "0",
      SLOWBURN_API_PORT: "0",
    });
    await until("the second one runs", () => /^ {2}next /m.test(other.said()), {
      withinMs: 60_000,
    });
    expect(await other.stop()).toBe(0);
    expect(await slowburn.stop()).toBe(0);
  });
});

/** The commands of a block, each with its continuation lines. */
function commandsOf({ code }: Block): readonly { readonly command: string }[] {
  return code
    .trimEnd()
    .split(/\n(?=\w)/)
    .map((command) => ({ command }));
}

const SDK_BY_ENVIRONMENT = `
import { metrics } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
const sdk = new NodeSDK();
sdk.start();
metrics.getMeter("shop").createCounter("orders").add(10, { outcome: "done" });
await sdk.shutdown();
`;
