/** What work costs: CPU time of all threads of this process or another, and the resident memory of that. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** CPU time of the work, µs. Unlike wall time it leaves out what others on the machine do meanwhile. */
export function cpuMicros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Seconds, user and system; Linux counts in ticks of 10 ms. */
export function cpuSecondsOf(pid: number): number {
  if (!existsSync("/proc/self/stat")) return clockSeconds(ps("time", pid));
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // proc(5): the command's name is in brackets; utime and stime are the 14th and 15th field
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function residentBytesOf(pid: number): number {
  if (!existsSync("/proc/self/status")) return Number(ps("rss", pid)) * 1024;
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

const ps = (column: string, pid: number): string =>
  execFileSync("ps", ["-o", `${column}=`, "-p", String(pid)], { encoding: "utf8" }).trim();

/** `1:02:03.45` */
const clockSeconds = (text: string): number =>
  text.split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0);
