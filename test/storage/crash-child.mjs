// A process that appends until it is killed: `node crash-child.mjs <built src/storage> <directory> [failpoint] [count]`.
// Prints "ready <lastSeq>" after recovery and "ack <seq>" for every acknowledged entry. Entry `seq` holds its own number.
// With a failpoint it runs storage in its own thread and kills itself when that point is passed for the count-th time.
import { writeSync } from "node:fs";

const [, , built, directory, failpoint, count] = process.argv;
const { openSqliteStore } = await import(`${built}/index.js`);
const { connectStore } = await import(`${built}/sqlite-store.js`);
const { sameThreadStorage } = await import(`${built}/thread.js`);

let passes = 0;
const settings = { directory, durability: "ack", now: () => Date.now() };
const store =
  failpoint === undefined
    ? await openSqliteStore(settings)
    : await connectStore(
        sameThreadStorage((name) => {
          if (name === failpoint && ++passes === Number(count))
            process.kill(process.pid, "SIGKILL");
        }),
        settings,
      );
const say = (line) => writeSync(1, `${line}\n`); // Synchronous: what was said before the kill arrives.

const { entries, parts } = await store.recover();
const numberOf = (bytes) => Number(new TextDecoder().decode(bytes).split(" ")[0]);
let seq = entries.at(-1)?.seq ?? numberOf(parts.get("at") ?? new Uint8Array(0));
let acknowledged = seq;
say(`ready ${seq}`);

const encode = (n) => new TextEncoder().encode(`${n} `.padEnd(20 + ((n * 997) % 9000), "x"));
for (;;) {
  const batch = Array.from({ length: 1 + (seq % 7) }, () => {
    const n = ++seq;
    return store.append(encode(n)).then((given) => {
      if (given !== n) throw new Error(`entry ${n} was numbered ${given}`);
      acknowledged = n;
      say(`ack ${n}`);
    });
  });
  await Promise.all(batch);
  if (seq % 5 === 0) {
    await store.saveSnapshot(acknowledged, [
      { name: "at", bytes: encode(acknowledged) },
      { name: `part-${seq % 3}`, bytes: encode(acknowledged) },
    ]);
  }
}
