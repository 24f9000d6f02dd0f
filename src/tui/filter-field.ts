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
