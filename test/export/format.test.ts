import { expect, test } from "vitest";
import { acceptsGzip, negotiateFormat } from "../../src/export/index.ts";

const OPENMETRICS = "application/openmetrics-text";

test.each([
  ["no header", undefined, "text"],
  ["an empty header", "", "text"],
  ["curl", "*/*", "text"],
  ["a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text"],
  [
    "Prometheus 2.42",
    `${OPENMETRICS};version=1.0.0,${OPENMETRICS};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
    "openmetrics",
  ],
  [
    "Prometheus 3",
    `${OPENMETRICS};version=1.0.0;escaping=allow-utf-8;q=0.6,${OPENMETRICS};version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
    "openmetrics",
  ],
  ["VictoriaMetrics", "text/plain;version=0.0.4;q=1,*/*;q=0.1", "text"],
  ["text preferred", `${OPENMETRICS};q=0.2, text/plain;q=0.9`, "text"],
  ["a tie goes to the first", `text/plain, ${OPENMETRICS}`, "text"],
  ["a tie goes to the first, again", `${OPENMETRICS}, text/plain`, "openmetrics"],
  ["OpenMetrics refused", `${OPENMETRICS};q=0`, "text"],
  ["text refused", `text/plain;q=0, ${OPENMETRICS};q=0.1`, "openmetrics"],
  ["an old OpenMetrics only", `${OPENMETRICS};version=0.0.1`, "text"],
  ["no version", OPENMETRICS, "openmetrics"],
  [
    "capitals, quotes and blanks",
    ` Application/OpenMetrics-Text ; Version="1.0.0" ; Q=0.9 `,
    "openmetrics",
  ],
  ["a q that is no number", `${OPENMETRICS};q=high`, "text"],
  ["a type we do not speak", "application/json", "text"],
  ["protobuf first", "application/vnd.google.protobuf;q=0.9,text/plain;q=0.1", "text"],
])("%s", (_name, accept, format) => {
  expect(negotiateFormat(accept)).toBe(format);
});

test.each([
  [undefined, false],
  ["", false],
  ["gzip", true],
  ["deflate, GZIP;q=0.5", true],
  ["x-gzip", true],
  ["gzip;q=0", false],
  ["*", true],
  ["*;q=0", false],
  ["gzip;q=0, *", false],
  ["br, identity", false],
])("gzip for %s: %s", (acceptEncoding, accepted) => {
  expect(acceptsGzip(acceptEncoding)).toBe(accepted);
});
