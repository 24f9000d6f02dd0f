import { fieldOf, type TextField } from './shell/text-field.ts';

/** A filter as it is applied, and while it is being typed also what it was before. */
export type FilterField = {
  readonly text: string;
  readonly editing: { readonly field: TextField; readonly before: string } | undefined;
};

export const NO_FILTER: FilterField = { text: '', editing: undefined };

export function openFilter({ text }: FilterField): FilterField {
  return { text, editing: { field: fieldOf(text), before: text } };
}

/** Applied while it is typed. */
export function editFilter(filter: FilterField, field: TextField): FilterField {
  return { text: field.text, editing: { field, before: filter.editing?.before ?? filter.text } };
}

export function endFilter({ text, editing }: FilterField, accepted: boolean): FilterField {
  return { text: accepted ? text : (editing?.before ?? text), editing: undefined };
}

export type FilterTerm = { readonly where: 'text' | 'function'; readonly text: string };

/** Terms between spaces, in lower case: `fn:NAME` is a function, anything else a text. All of them have to fit. */
export function filterTerms(filter: string): readonly FilterTerm[] {
  return filter
    .toLowerCase()
    .split(/\s+/)
    .filter((term) => term !== '' && term !== 'fn:')
    .map((term) =>
      term.startsWith('fn:') ? { where: 'function', text: term.slice(3) } : { where: 'text', text: term },
    );
}
