/** Where in a request a byte lies: walked again only when a request is refused, so that the hot loops keep no path. */
import { REQUEST, type MessageSchema } from "./schema.ts";

export interface Place {
  /** The innermost message around the byte; empty for the request itself. */
  readonly path: string;
  /** The field of that message; 0 when its tag cannot be read. */
  readonly field: number;
}

interface Tag {
  readonly field: number;
  /** After the tag, or after the length of a length-delimited field. */
  readonly bodyStart: number;
  /** `end` when it cannot be told. */
  readonly bodyEnd: number;
  readonly isDelimited: boolean;
}

/** `offset` lies in the tag, the length or the body of the faulty field. */
export function locate(bytes: Uint8Array, offset: number): Place {
  let schema: MessageSchema = REQUEST;
  let path = "";
  let start = 0;
  let end = bytes.length;
  for (;;) {
    const found = fieldAround(bytes, start, end, offset);
    if (found === undefined) return { path, field: 0 };
    const field = schema.fields[found.tag.field];
    const message = field?.message;
    if (field === undefined || message === undefined || !found.tag.isDelimited)
      return { path, field: found.tag.field };
    if (offset < found.tag.bodyStart) return { path, field: found.tag.field };
    const step = field.repeated ? `${field.name}[${found.index}]` : field.name;
    path = path === "" ? step : `${path}.${step}`;
    schema = message;
    start = found.tag.bodyStart;
    end = found.tag.bodyEnd;
  }
}

/** The field that `offset` falls into, and how many of the same number came before it in its message. */
function fieldAround(
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
): { readonly tag: Tag; readonly index: number } | undefined {
  const seen = new Map<number, number>();
  for (let position = start; position < end;) {
    const tag = readTag(bytes, position, end);
    if (tag === undefined) return undefined;
    const index = seen.get(tag.field) ?? 0;
    if (offset < tag.bodyEnd || tag.bodyEnd <= position) return { tag, index };
    seen.set(tag.field, index + 1);
    position = tag.bodyEnd;
  }
  return undefined;
}

function readTag(bytes: Uint8Array, position: number, end: number): Tag | undefined {
  const tag = readVarint(bytes, position, end);
  if (tag === undefined) return undefined;
  const field = Math.floor(tag.value / 8);
  const broken: Tag = { field, bodyStart: end, bodyEnd: end, isDelimited: false };
  const fixed = (bodyEnd: number): Tag =>
    bodyEnd > end ? broken : { field, bodyStart: tag.next, bodyEnd, isDelimited: false };
  switch (tag.value % 8) {
    case 0:
      return fixed(readVarint(bytes, tag.next, end)?.next ?? end);
    case 1:
      return fixed(tag.next + 8);
    case 5:
      return fixed(tag.next + 4);
    case 2: {
      const length = readVarint(bytes, tag.next, end);
      if (length === undefined || length.next + length.value > end) return broken;
      const bodyEnd = length.next + length.value;
      return { field, bodyStart: length.next, bodyEnd, isDelimited: true };
    }
    default:
      return broken;
  }
}

function readVarint(
  bytes: Uint8Array,
  position: number,
  end: number,
): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10 && position + index < end; index++) {
    const byte = bytes[position + index]!;
    value += (byte % 128) * 2 ** (7 * index);
    if (byte < 128) return { value, next: position + index + 1 };
  }
  return undefined;
}
