/** opentelemetry-proto's own files: its schema is the one we hold, and its example means the same in JSON and protobuf. */
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { exportRequestType } from "../../bench/otlp-proto.ts";
import { MetricsDecoder, transcodeJson } from "../../src/otlp/index.ts";
import { schemaOf, wireTypeOf } from "../../src/otlp/schema.ts";
import { RecordingSink } from "../otlp/recording-sink.ts";
import { corpus, corpusText, describeCorpora } from "./corpora.ts";

function published(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => corpus("otlp", target);
  root.loadSync("opentelemetry/proto/collector/metrics/v1/metrics_service.proto", {
    keepCase: true,
  });
  root.resolveAll();
  return root;
}

const messagesOf = (namespace: protobuf.NamespaceBase): protobuf.Type[] =>
  namespace.nestedArray.flatMap((it) =>
    it instanceof protobuf.Type
      ? [it, ...messagesOf(it)]
      : it instanceof protobuf.Namespace
        ? messagesOf(it)
        : [],
  );

const shapeOf = (type: protobuf.Type): string[] =>
  type.fieldsArray
    .map((it) => `${it.id} ${it.repeated} ${it.name} ${it.type.split(".").at(-1)}`)
    .sort();

describeCorpora("opentelemetry-proto", () => {
  test("the schema that protobufjs decodes with here is the published one", () => {
    const theirs = new Map(messagesOf(published()).map((it) => [it.name, it]));
    const ours = messagesOf(exportRequestType().root);
    expect(ours.length).toBeGreaterThan(20);
    for (const type of ours)
      expect(shapeOf(type), type.name).toEqual(shapeOf(theirs.get(type.name)!));
  });

  test("our schema table has every field of the published one, by name, number and wire type", () => {
    const request = published().lookupType("ExportMetricsServiceRequest");
    const pending = [request];
    const seen = new Set<string>();
    for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
      if (seen.has(type.name)) continue;
      seen.add(type.name);
      const schema = schemaOf(type.name);
      expect(schema.fields.filter((it) => it !== undefined)).toHaveLength(type.fieldsArray.length);
      for (const theirs of type.fieldsArray) {
        const field = schema.fields[theirs.id];
        expect(field, `${type.name}.${theirs.name}`).toMatchObject({
          name: theirs.name,
          jsonName: protobuf.util.camelCase(theirs.name),
          repeated: theirs.repeated,
        });
        if (theirs.resolvedType instanceof protobuf.Type) pending.push(theirs.resolvedType);
        const wireType = field!.scalar === undefined ? 2 : wireTypeOf(field!.scalar);
        const isMessage = theirs.resolvedType instanceof protobuf.Type;
        const wanted = isMessage
          ? 2
          : ((protobuf.types.basic as Readonly<Record<string, number>>)[theirs.type] ?? 0);
        expect(wireType, `${type.name}.${theirs.name}`).toBe(wanted);
      }
    }
    expect(seen.size).toBeGreaterThan(20);
  });

  test("the published example means the same as what protobufjs encodes of it", () => {
    const text = corpusText("otlp/metrics.json");
    const decoder = new MetricsDecoder();
    const [fromJson, fromProtobuf] = [new RecordingSink(), new RecordingSink()];
    decoder.decode(transcodeJson(text).request, fromJson);
    // Without keepCase protobufjs reads the camelCase names that OTLP/JSON has.
    const root = new protobuf.Root();
    root.resolvePath = (_origin, target) => corpus("otlp", target);
    root.loadSync("opentelemetry/proto/collector/metrics/v1/metrics_service.proto");
    const type = root.lookupType("ExportMetricsServiceRequest");
    decoder.decode(type.encode(type.fromObject(JSON.parse(text) as object)).finish(), fromProtobuf);
    expect(fromJson.of("metric").map((it) => it["name"])).toEqual([
      "my.counter",
      "my.gauge",
      "my.histogram",
      "my.exponential.histogram",
    ]);
    expect(fromJson.calls).toHaveLength(fromProtobuf.calls.length);
    for (const [index, call] of fromJson.calls.entries()) {
      const { attributes: _ours, message: _resource, ...mine } = call;
      const {
        attributes: _theirs,
        message: _theirResource,
        ...theirs
      } = fromProtobuf.calls[index]!;
      expect(mine).toEqual(theirs);
    }
  });
});
