/** prom-client beside the exposition bench: the samples of a text, and a registry that serves the same. */
import { Gauge, Registry } from "prom-client";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function samplesOf(text: string): readonly Sample[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const open = line.indexOf("{");
    const close = line.lastIndexOf(" ");
    const labels = [...line.slice(0, close).matchAll(/(\w+)="([^"]*)"/g)];
    return {
      name: line.slice(0, open < 0 ? close : open),
      labels: Object.fromEntries(labels.map(([, key = "", value = ""]) => [key, value])),
      value: Number(line.slice(close + 1)),
    };
  });
}

/** Filling it is not part of what is measured. */
export function promClient(samples: readonly Sample[]): Registry {
  const registry = new Registry();
  const byName = new Map<string, Sample[]>();
  for (const sample of samples) {
    const family = byName.get(sample.name);
    if (family === undefined) byName.set(sample.name, [sample]);
    else family.push(sample);
  }
  for (const [name, family] of byName) {
    const labelNames = [...new Set(family.flatMap(({ labels }) => Object.keys(labels)))];
    const gauge = new Gauge({ name, help: name, labelNames, registers: [registry] });
    for (const { labels, value } of family) gauge.set(labels, value);
  }
  return registry;
}
