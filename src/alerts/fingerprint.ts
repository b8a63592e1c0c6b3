/**
 * Alertmanager's identity of an alert: FNV-1a with 64 bits over the labels in byte order, each name and value followed
 * by 0xff (prometheus/common, model/signature.go, labelSetToFingerprint). slowburn uses the same, so that UIs cross-link.
 */
import type { AlertLabels } from "./alert.ts";

const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const SEPARATOR = Uint8Array.of(0xff);
const encoder = new TextEncoder();

/** 16 lower-case hex digits, as Alertmanager shows them. */
export function fingerprint(labels: AlertLabels): string {
  let hash = OFFSET_BASIS;
  const add = (bytes: Uint8Array) => {
    for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  };
  for (const [name, value] of sortedLabels(labels)) {
    add(encoder.encode(name));
    add(SEPARATOR);
    add(encoder.encode(value));
    add(SEPARATOR);
  }
  return hash.toString(16).padStart(16, "0");
}

/** By name; names are ASCII, so code units order them as Go's bytes do. */
export function sortedLabels(labels: AlertLabels): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
