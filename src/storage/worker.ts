/** The storage thread's entry: see thread.ts. */
import { parentPort } from "node:worker_threads";
import { assert } from "../slo/index.ts";
import { noFailpoint } from "./failpoint.ts";
import { serve } from "./serve.ts";

assert(parentPort !== null, "worker.ts is a thread's entry");
serve(parentPort, noFailpoint);
