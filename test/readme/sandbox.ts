/**
 * Where the README's commands run: a folder with the repository's rules, on ports of its own. `npm` and `npx` lead to slowburn as
 * it was compiled for this test, since a clone under test has no `dist` and must not install itself again.
 */
import { execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { freePort } from "../../bench/free-port.ts";
import { buildSlowburn } from "../e2e/built.ts";
import { ROOT } from "./blocks.ts";

const PORTS = { 4317: "OTLP_GRPC", 4318: "OTLP_HTTP", 4319: "API" } as const;

export interface Ended {
  readonly exitCode: number | undefined;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  /** All that it said so far. */
  readonly said: () => string;
  /** As Ctrl-C would; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export class Sandbox {
  readonly directory: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #ports: ReadonlyMap<string, number>;

  private constructor(
    directory: string,
    environment: NodeJS.ProcessEnv,
    ports: ReadonlyMap<string, number>,
  ) {
    this.directory = directory;
    this.#environment = environment;
    this.#ports = ports;
  }

  static async create(): Promise<Sandbox> {
    const built = await buildSlowburn();
    // Below the built program, where imports of packages resolve.
    const directory = join(dirname(built), "readme");
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(join(directory, "bin"), { recursive: true });
    cpSync(join(ROOT, "rules"), join(directory, "rules"), { recursive: true });
    const main = `exec "${process.execPath}" --enable-source-maps "${join(built, "cli/main.js")}"`;
    const demo = `exec "${process.execPath}" "${join(built, "demo/main.js")}"`;
    const npm = `case "$*" in ci) ;; start) ${main} serve ;; "run demo") ${demo} --seconds 60 ;; *) exit 64 ;; esac`;
    writeProgram(join(directory, "bin/npm"), npm);
    writeProgram(join(directory, "bin/npx"), `[ "$1" = slowburn ] || exit 64; shift; ${main} "$@"`);
    const ports = new Map<string, number>();
    for (const port of Object.keys(PORTS)) ports.set(port, await freePort());
    const environment = {
      ...withoutSettings(process.env),
      PATH: `${join(directory, "bin")}:${process.env["PATH"] ?? ""}`,
      SLOWBURN_EVALUATION_INTERVAL: "500ms",
      ...Object.fromEntries(
        Object.entries(PORTS).map(([port, name]) => [
          `SLOWBURN_${name}_PORT`,
          String(ports.get(port)),
        ]),
      ),
    };
    return new Sandbox(directory, environment, ports);
  }

  /** The text with the ports of this sandbox instead of the documented ones. */
  here(text: string): string {
    return text.replaceAll(/(?<=127\.0\.0\.1:)\d+/g, (port) =>
      String(this.#ports.get(port) ?? port),
    );
  }

  url(port: keyof typeof PORTS): string {
    return `http://127.0.0.1:${this.#ports.get(String(port))}`;
  }

  write(path: string, text: string): string {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  read(path: string): string {
    return readFileSync(join(this.directory, path), "utf8");
  }

  /** Runs a block as bash would a script: it ends at the first command that fails. */
  run(script: string, withinMs = 30_000): Promise<Ended> {
    const options = { cwd: this.directory, env: this.#environment, timeout: withinMs };
    const args = ["-euo", "pipefail", "-c", this.here(script)];
    return new Promise((resolve) => {
      execFile("bash", args, { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
        const exitCode =
          error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
        resolve({ exitCode, out, err });
      });
    });
  }

  /** Starts a block that runs until it is stopped. */
  start(script: string, environment: NodeJS.ProcessEnv = {}): Running {
    const child = spawn("bash", ["-euo", "pipefail", "-c", this.here(script)], {
      cwd: this.directory,
      env: { ...this.#environment, ...environment },
      detached: true, // a group of its own, which a signal reaches as a terminal's does
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => said.push(text));
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    return {
      said: () => said.join(""),
      stop: () => {
        if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
        return ended;
      },
    };
  }
}

function writeProgram(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/** What the developer's own environment says to SDKs and slowburn does not matter here. */
const withoutSettings = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^(?:SLOWBURN|OTEL|NODE_OPTIONS|VITEST)/.test(name),
    ),
  );
