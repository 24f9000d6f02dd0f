import type { JsonDocument } from './json-document.ts';
import { JsonLayout } from './json-layout.ts';

const layouts = new WeakMap<JsonDocument, { readonly columns: number; readonly layout: JsonLayout }>();

/** The rows of a document, worked out once for a width, however often they are drawn. */
export function documentLayout(document: JsonDocument, columns: number): JsonLayout {
  const known = layouts.get(document);
  if (known?.columns === columns) return known.layout;
  const layout = new JsonLayout(document, columns);
  layouts.set(document, { columns, layout });
  return layout;
}
