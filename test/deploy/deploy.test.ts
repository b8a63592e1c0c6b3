/** The files of src/deploy and the Dockerfile name only what the program knows. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CONFIG_NAMES, environmentName, loadConfig } from "../../src/config/index.ts";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { terminal } from "../cli/terminal.ts";

const read = (file: string): string => readFileSync(file, "utf8");
const dockerfile = read("Dockerfile");
const unit = read("src/deploy/slowburn.service");
const composeText = read("src/deploy/compose.yaml");
const compose = parse(composeText) as {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly environment?: Readonly<Record<string, string>>;
        readonly command?: readonly string[];
        readonly ports?: readonly string[];
        readonly volumes?: readonly string[];
      }
    >
  >;
  readonly volumes: Readonly<Record<string, null>>;
};

/** `SLOWBURN_X=value` of a Dockerfile's ENV or a unit's Environment. */
const settingsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^(?!#).*?\b(SLOWBURN_\w+)=([^\s\\]+)/gm)].map(([, k, v]) => [k!, v!]),
  );

const VARIABLES = new Set(["SLOWBURN_CONFIG", ...CONFIG_NAMES.map(environmentName)]);

describe("every SLOWBURN_ variable is one that is read", () => {
  it.each([
    ["Dockerfile", settingsOf(dockerfile)],
    ["slowburn.service", settingsOf(unit)],
    ["compose.yaml", compose.services["slowburn"]!.environment!],
  ])("%s", (_file, settings) => {
    expect(Object.keys(settings).length).toBeGreaterThan(2);
    for (const name of Object.keys(settings)) expect(VARIABLES).toContain(name);
  });
});

describe("the image", () => {
  const settings = settingsOf(dockerfile);

  it("does not listen for everyone until it is told that it may", () => {
    expect(loadConfig({ environment: settings }).problems.map(({ code }) => code)).toContain(
      "remote-listening",
    );
    const told = { ...settings, ...compose.services["slowburn"]!.environment };
    expect(loadConfig({ environment: told }).problems).toEqual([]);
  });

  it("runs without rights, exposes the default ports, keeps data in its volume, asks for its health", () => {
    expect(dockerfile).toMatch(/^USER 10001:10001$/m);
    expect(dockerfile).toMatch(/^EXPOSE 4317 4318 4319$/m);
    expect(dockerfile).toMatch(/^VOLUME \/data$/m);
    expect(settings["SLOWBURN_DATA_DIRECTORY"]).toBe("/data");
    const { config } = loadConfig({});
    const { otlpGrpc, otlpHttp, api } = config!;
    expect([otlpGrpc.port, otlpHttp.port, api.port]).toEqual([4317, 4318, 4319]);
    expect(dockerfile).toContain(`fetch('http://127.0.0.1:${api.port}/-/healthy')`);
  });

  it("starts what package.json builds", () => {
    const { bin } = JSON.parse(read("package.json")) as { bin: { slowburn: string } };
    expect(dockerfile).toContain(`/app/${bin.slowburn}`);
    expect(unit).toContain(`/opt/slowburn/${bin.slowburn} serve`);
  });

  it("is built from files that .dockerignore lets through", () => {
    const allowed = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) =>
      files!.split(" "),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const file of copied) {
      expect(allowed).toContain(`!${file}`);
      expect(existsSync(file)).toBe(true);
    }
  });
});

describe("compose.yaml", () => {
  it("publishes ports on loopback only", () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(4);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it("mounts files that are there and volumes that are declared", () => {
    for (const { volumes = [] } of Object.values(compose.services))
      for (const volume of volumes) {
        const [source = ""] = volume.split(":");
        if (source.startsWith(".")) expect(existsSync(join("src/deploy", source))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
  });

  it("calls the dashboards command as it is", async () => {
    const { command } = compose.services["monitoring-files"]!;
    const { code, err } = await terminal().run(...command!, "--help");
    expect([code, err]).toEqual([0, ""]);
    const help = (await terminal().run("dashboards", "--help")).out;
    for (const word of command!.slice(1)) expect(help).toContain(word.split("=")[0]);
  });
});

describe("the unit", () => {
  it("gives slowburn the time it takes to stop, and does not restart what a person must mend", () => {
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)![1])).toBeGreaterThan(25);
    expect(unit).toMatch(new RegExp(`^RestartPreventExitStatus=${EXIT.failed}$`, "m"));
  });

  it("goes on trying to start what may start the next time", () => {
    expect(unit).toMatch(/^Restart=on-failure$/m);
    expect(unit).toMatch(/^StartLimitIntervalSec=0$/m);
  });
});

describe("the folder", () => {
  it("has every file that its README lists", () => {
    for (const [, file] of read("src/deploy/README.md").matchAll(/^\| `([^`]+)`/gm))
      expect(existsSync(join("src/deploy", file!))).toBe(true);
  });

  it("sends the Collector to the gRPC port, and Prometheus to the API", () => {
    const collector = parse(read("src/deploy/otel-collector.yaml")) as {
      exporters: Record<string, { endpoint: string }>;
    };
    expect(collector.exporters["otlp/slowburn"]!.endpoint).toBe("127.0.0.1:4317");
    expect(read("src/deploy/prometheus.yml")).toContain("targets: [slowburn:4319]");
  });
});
