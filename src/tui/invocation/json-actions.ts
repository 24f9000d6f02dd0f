import {
  foldAll,
  isContainer,
  isFolded,
  type JsonDocument,
  reveal,
  toggleNode,
  unfoldAll,
} from '../json/json-document.ts';
import { JsonLayout } from '../json/json-layout.ts';
import { searchJson } from '../json/json-search.ts';
import { NO_NODE } from '../json/json-tape.ts';
import type { KeyId } from '../key-table.ts';
import { searchPattern } from '../lines/span.ts';

/** A document and the row that its reader is at. */
export type JsonPlace = { readonly document: JsonDocument; readonly row: number };

type NodeAction = Extract<KeyId, `node.${string}`>;

export function isNodeAction(action: KeyId): action is NodeAction {
  return action.startsWith('node.');
}

/** What a key does to the value in a row. Gives the row of that value in the document as it is then. */
export function actOnNode(layout: JsonLayout, row: number, action: NodeAction, columns: number): JsonPlace {
  const { document } = layout;
  const { tape } = document;
  const { node } = layout.rowAt(row);
  const container = isContainer(tape, node);
  const parent = tape.parent[node] ?? NO_NODE;
  switch (action) {
    case 'node.toggle':
      return placed(toggleNode(document, node), node, columns);
    case 'node.unfold':
      // A container that is open is no reason to close it; a string that holds JSON opens.
      return container && !isFolded(document, node)
        ? { document, row }
        : placed(toggleNode(document, node), node, columns);
    case 'node.fold': {
      const open = container && tape.children[node] !== 0 && !isFolded(document, node);
      if (open) return placed(toggleNode(document, node), node, columns);
      return parent === NO_NODE ? { document, row } : placed(document, parent, columns);
    }
    case 'node.foldAll': {
      const folded = foldAll(document);
      return placed(folded, node, columns);
    }
    case 'node.unfoldAll':
      return placed(unfoldAll(document), node, columns);
    default: {
      const unhandled: never = action;
      return unhandled;
    }
  }
}

/** The next value with a match behind or before a row, going round at the ends; undefined without any. */
export function nextMatch(
  layout: JsonLayout,
  row: number,
  search: { readonly matches: readonly number[]; readonly forward: boolean; readonly columns: number },
): JsonPlace | undefined {
  const { matches, forward, columns } = search;
  const here = layout.rowAt(row).node;
  const found = forward
    ? (matches.find((node) => node > here) ?? matches[0])
    : (matches.findLast((node) => node < here) ?? matches.at(-1));
  if (found === undefined) return undefined;
  return placed(reveal(layout.document, found), found, columns);
}

const found = new WeakMap<
  JsonDocument['tape'],
  { readonly query: string; readonly matches: readonly number[] }
>();

/** The values that a text is found in; looked for once. */
export function matchesOf({ tape }: JsonDocument, query: string): readonly number[] {
  const known = found.get(tape);
  if (known?.query === query) return known.matches;
  const matches = searchJson(tape, searchPattern(query));
  found.set(tape, { query, matches });
  return matches;
}

/** The row of a value in a document, or of what hides it. */
function placed(document: JsonDocument, node: number, columns: number): JsonPlace {
  return { document, row: new JsonLayout(document, columns).rowOf(node) };
}
