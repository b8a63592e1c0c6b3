/**
 * The JSON Schema editors check rule files with; rules/schema/slowburn-v1.json is this, as text. zod writes the parts; what
 * it has no words for is added here: which kind of document it is, and parameters in place of values.
 */
import { z } from "zod";
import { exclusionFileSchema, fileSchema } from "./native/schema.ts";
import { templateFileSchema } from "./native/template-schema.ts";

interface JsonSchema {
  readonly [keyword: string]: unknown;
}
type Definitions = Readonly<Record<string, JsonSchema>>;

const SLO = reference("slo");
const USED_SLO = reference("usedSlo");

/** Draft 2020-12 would not be read by all YAML language servers; draft 7 is. */
export function ruleSchema(): object {
  const parts = z.strictObject({
    file: fileSchema,
    templates: templateFileSchema,
    exclusions: exclusionFileSchema,
  });
  const schema = z.toJSONSchema(parts, { target: "draft-7", io: "input" });
  const definitions = schema["definitions"] as Definitions; // zod's own output
  const { file, templateFile, exclusionFile, template, ...others } = definitions;
  if (
    file === undefined ||
    templateFile === undefined ||
    template === undefined ||
    exclusionFile === undefined
  )
    throw new Error("documents and templates are named in their schemas");
  return {
    $schema: schema.$schema,
    title: file["title"],
    description: "SLOs of one service, templates for them, or maintenance.",
    ...when(
      "templates",
      reference("templateFile"),
      when(
        "service",
        when("use", reference("usingFile"), reference("file")),
        when(
          "slos",
          reference("file"),
          when("exclude", reference("exclusionFile"), reference("file")),
        ),
      ),
    ),
    definitions: {
      file: withSlos(
        { ...file, required: ["apiVersion", "service", "slos"] },
        when("use", USED_SLO, SLO),
      ),
      usingFile: withSlos(file, { anyOf: [USED_SLO, SLO] }),
      templateFile,
      exclusionFile,
      template: withSlos(template, reference("sloInTemplate")),
      ...others,
      param: PARAMETER_PLACE,
      ...definitionsInTemplate(others),
    },
  };
}

function reference(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` };
}

/** One schema for mappings that have the field, another for those that have not: editors then speak of that one alone. */
function when(field: string, schema: JsonSchema, otherwise: JsonSchema): JsonSchema {
  // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
  return { if: { required: [field] }, then: schema, else: otherwise };
}

/** The document with its SLOs described so. */
function withSlos(document: JsonSchema, additionalProperties: JsonSchema): JsonSchema {
  const properties = document["properties"] as Definitions; // a mapping's
  return {
    ...document,
    properties: { ...properties, slos: { ...properties["slos"], additionalProperties } },
  };
}

const PARAMETER_PLACE: JsonSchema = {
  type: "object",
  description: "The argument of a parameter of the template.",
  properties: { param: { type: "string", description: "The parameter's name." } },
  required: ["param"],
  additionalProperties: false,
};

/** The same definitions, with a parameter allowed in place of every value. */
function definitionsInTemplate(definitions: Definitions): Definitions {
  const { usedSlo: _used, parameter: _parameter, slo, ...shared } = definitions;
  const { owner: _owner, ...properties } = (slo?.["properties"] ?? {}) as Definitions; // a mapping's
  const all = { ...shared, slo: { ...slo, properties } };
  return Object.fromEntries(
    Object.entries(all).map(([name, each]) => [`${name}InTemplate`, inTemplate(each)]),
  );
}

function inTemplate(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === "properties") {
        const fields = Object.entries(value as Definitions); // as JSON Schema has it
        return [
          keyword,
          Object.fromEntries(fields.map(([name, field]) => [name, orParameter(field)])),
        ];
      }
      const isOfValues = keyword === "items" || keyword === "additionalProperties";
      if (isOfValues && typeof value === "object")
        return [keyword, orParameter(value as JsonSchema)];
      if (keyword === "anyOf" || keyword === "allOf")
        return [keyword, (value as readonly JsonSchema[]).map(inTemplate)];
      return [keyword, keyword === "$ref" ? `${String(value)}InTemplate` : value];
    }),
  );
}

/** What is said of the value stays where editors look for it. */
function orParameter(schema: JsonSchema): JsonSchema {
  const { description, examples, ...rules } = inTemplate(schema);
  return {
    ...(description === undefined ? {} : { description }),
    ...(examples === undefined ? {} : { examples }),
    anyOf: [reference("param"), rules],
  };
}
