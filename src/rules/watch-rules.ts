/**
 * Calls back when the rule files have changed, once they are still. Notifications only say "look": what changed is told by
 * comparing names, targets and stamps, so editors that replace files, `..data` swaps of Kubernetes and doubled events all
 * come to one call, and a slow look of its own serves file systems that notify of nothing (NFS, some containers).
 */
import { realpathSync, statSync } from "node:fs";
import { FSWatcher } from "chokidar";
import { listRuleFiles } from "./rule-folder.ts";

export interface WatchSettings {
  /** Changes are taken once nothing has happened for so long, ms. */
  readonly settleMs?: number;
  /** How often to look without being notified, ms. */
  readonly lookMs?: number;
  /** Trouble with notifications; watching goes on by looking. */
  readonly onError?: (error: unknown) => void;
}

export interface RulesWatch {
  /** Resolves when changes from now on are noticed at once. */
  readonly ready: Promise<void>;
  /** No call follows once it is called. */
  close(): Promise<void>;
}

const DEFAULT_SETTLE_MS = 200;
const DEFAULT_LOOK_MS = 10_000;
/** Under a stream of changes the callback still comes after so many settling times. */
const MAX_SETTLES = 10;

/** `directory` may not exist yet. `onChange` must not throw. */
export function watchRules(
  directory: string,
  onChange: () => void,
  settings: WatchSettings = {},
): RulesWatch {
  const watch = new Watch(directory, onChange, settings);
  return { ready: watch.start(), close: () => watch.close() };
}

class Watch {
  readonly #directory: string;
  readonly #onChange: () => void;
  readonly #settleMs: number;
  readonly #lookMs: number;
  readonly #onError: (error: unknown) => void;
  #watcher: FSWatcher | undefined;
  #root: string | undefined;
  #fingerprint: string;
  #settling: NodeJS.Timeout | undefined;
  #settleCount = 0;
  #looking: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(directory: string, onChange: () => void, settings: WatchSettings) {
    this.#directory = directory;
    this.#onChange = onChange;
    this.#settleMs = settings.settleMs ?? DEFAULT_SETTLE_MS;
    this.#lookMs = settings.lookMs ?? DEFAULT_LOOK_MS;
    this.#onError = settings.onError ?? (() => undefined);
    this.#fingerprint = fingerprintOf(directory);
  }

  async start(): Promise<void> {
    this.#looking = setInterval(() => this.#look(), this.#lookMs).unref();
    await this.#follow();
    this.#look();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#looking);
    clearTimeout(this.#settling);
    await this.#watcher?.close();
  }

  /** Watches what the directory is now: it may be a link that was turned to another one. */
  async #follow(): Promise<void> {
    const { root } = listRuleFiles(this.#directory);
    if (this.#isClosed || root === this.#root) return;
    this.#root = root;
    await this.#watcher?.close();
    if (root === undefined || this.#isClosed) return;
    // Links are watched as links: a turned `..data` changes each of them.
    const watcher = new FSWatcher({ ignoreInitial: true, followSymlinks: false, atomic: false });
    this.#watcher = watcher;
    watcher.on("all", () => this.#settle());
    watcher.on("error", (error) => this.#onError(error));
    const ready = new Promise<void>((resolve) => watcher.once("ready", resolve));
    watcher.add(root);
    await ready;
  }

  #settle(): void {
    if (this.#isClosed || (this.#settling !== undefined && this.#settleCount >= MAX_SETTLES))
      return;
    this.#settleCount++;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#look(), this.#settleMs).unref();
  }

  #look(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#settling);
    this.#settling = undefined;
    this.#settleCount = 0;
    const fingerprint = fingerprintOf(this.#directory);
    const hasChanged = fingerprint !== this.#fingerprint;
    this.#fingerprint = fingerprint;
    this.#follow().catch(this.#onError);
    if (hasChanged) this.#onChange();
  }
}

/** Changes when a file comes, goes, is written or replaced, or a link points elsewhere. */
function fingerprintOf(directory: string): string {
  const { root, files, problems } = listRuleFiles(directory);
  const stamps = files.map((file) => {
    try {
      const real = realpathSync(file);
      const { size, mtimeMs, ctimeMs, ino } = statSync(real);
      return [file, real, size, mtimeMs, ctimeMs, ino];
    } catch {
      return [file, "gone"]; // the next look tells
    }
  });
  return JSON.stringify([root, stamps, problems]);
}
