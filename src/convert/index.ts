/**
 * SLOs of any format → files of the native one or of OpenSLO v1. Promised: what is written reads back to the SLO that it
 * was made of, for each was read back before it is handed out; one that cannot be written so is refused, with the reason.
 */
export {
  CONVERT_TARGETS,
  convertSlos,
  type Conversion,
  type ConvertedFile,
  type ConvertTarget,
} from "./convert.ts";
