// A slowburn to be killed: `node server-child.mjs <built src> <flags as JSON> <snapshotEveryMs or 0>`. As `slowburn serve`, with a
// snapshot interval of the test's choosing. Its log, as JSON lines on standard error, says what it does.
const [, , built, flags, snapshotEveryMs] = process.argv;
const { loadConfig } = await import(`${built}/config/index.js`);
const { startServer } = await import(`${built}/server/index.js`);
const { createEventLog } = await import(`${built}/telemetry/index.js`);

const { config, problems } = loadConfig({ flags: JSON.parse(flags) });
if (config === undefined) throw new Error(JSON.stringify(problems));
const server = await startServer(config, {
  log: createEventLog({ format: "json", level: "info" }),
  version: "e2e",
  now: Date.now,
  onFatal: (error) => {
    console.error(error);
    process.exit(70);
  },
  ...(snapshotEveryMs === "0" ? {} : { snapshotEveryMs: Number(snapshotEveryMs) }),
});
process.once("SIGTERM", () => {
  server.close().then(
    () => process.exit(0),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
