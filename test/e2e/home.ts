/** Where one slowburn of a test lives: a folder with its rule files and its data, removed when the test file ends. */
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const made: string[] = [];
afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

export class Home {
  readonly directory: string = mkdtempSync(join(tmpdir(), "slowburn-e2e-"));
  readonly data: string = join(this.directory, "data");
  readonly rules: string = join(this.directory, "rules");

  constructor(files: Readonly<Record<string, string>> = {}) {
    made.push(this.directory);
    mkdirSync(this.rules);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  /** Puts a rule file there, or another text in it. */
  write(name: string, text: string): void {
    writeFileSync(join(this.rules, name), text);
  }

  remove(name: string): void {
    unlinkSync(join(this.rules, name));
  }

  /** Flags for a slowburn here: compressed time, ports of the system's choosing, and nothing but the test's data. */
  flags(more: Flags = {}): Flags {
    return {
      dataDirectory: this.data,
      rulesDirectory: this.rules,
      otlpHttpPort: "0",
      otlpGrpcPort: "0",
      apiPort: "0",
      evaluationInterval: "100ms",
      selfTelemetry: "off",
      ...more,
    };
  }
}

/** As commander gives them: `otlpHttpPort`. */
export type Flags = Readonly<Record<string, string | readonly string[]>>;
