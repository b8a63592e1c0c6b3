/** The JSON Schema editors check rule files with; rules/schema/slowburn-v1.json is this, as text. */
import { z } from "zod";
import { exclusionFileSchema, fileSchema } from "./native/schema.ts";

/** Draft 2020-12 would not be read by all YAML language servers; draft 7 is. */
export function ruleSchema(): object {
  return z.toJSONSchema(z.union([fileSchema, exclusionFileSchema]), {
    target: "draft-7",
    io: "input",
  });
}
