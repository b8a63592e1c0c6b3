/** Data → YAML as people write it: what fits on a line stands on one, queries of several lines keep them, SLOs stand apart. */
import { Document, isCollection, isScalar, visit, type Node } from "yaml";

export interface Layout {
  /** Lines of comment that the document begins with. */
  readonly head: readonly string[];
  /** The mapping whose entries stand apart, as keys from the root; each entry has a comment. */
  readonly entries?: { readonly path: readonly string[]; readonly comments: readonly string[] };
  /** From this depth on, what fits stands on one line. */
  readonly flowDepth?: number;
}

const LINE = 110;

export function yamlText(value: object, { head, entries, flowDepth = Infinity }: Layout): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  document.commentBefore = head.map((line) => ` ${line}`).join("\n");
  visit(document, {
    Collection(_key, node, path) {
      const depth = path.filter(isCollection).length;
      if (depth >= flowDepth && fitsLine(node)) {
        node.flow = true;
        return visit.SKIP;
      }
      return undefined;
    },
  });
  if (entries !== undefined) setApart(document, entries.path, entries.comments);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Short, and without a query, whose braces would be lost among those of YAML. */
function fitsLine(node: Node): boolean {
  let isPlain = true;
  visit(node, {
    Scalar(_key, { value }) {
      if (typeof value === "string" && /\n|\{\{/.test(value)) isPlain = false;
      return isPlain ? undefined : visit.BREAK;
    },
  });
  return isPlain && JSON.stringify(node).length <= LINE;
}

function setApart(document: Document, path: readonly string[], comments: readonly string[]): void {
  const mapping = document.getIn(path, true);
  if (!isCollection(mapping)) return;
  for (const [index, item] of mapping.items.entries()) {
    const key = (item as { readonly key?: unknown }).key;
    if (!isScalar(key)) continue;
    const comment = comments[index];
    if (comment !== undefined) key.commentBefore = ` ${comment}`;
    if (index > 0) key.spaceBefore = true;
  }
}
