import type { FunctionRecord } from '../../session/store.ts';
import { type FilterField, NO_FILTER } from '../filter-field.ts';
import { type FilterTerm, type FilterTerms, filterTerms } from '../filter-terms.ts';
import type { ScreenFacts } from '../screen.ts';
import { stateLook } from './function-rows.ts';

export const SORTS = ['name', 'invocations', 'errors', 'p95'] as const;
export type Sort = (typeof SORTS)[number];

export type FunctionsState = {
  /** By its name, because rows change their places. */
  readonly selected: string | undefined;
  readonly sort: Sort;
  readonly filter: FilterField;
};

export const INITIAL_FUNCTIONS: FunctionsState = { selected: undefined, sort: 'name', filter: NO_FILTER };

const KNOWN = ['fn', 'status'] as const;
type Known = (typeof KNOWN)[number];

export function termsOf({ text }: FilterField): FilterTerms<Known> {
  return filterTerms(text, KNOWN);
}

function has({ name, state }: FunctionRecord, { scope, pattern }: FilterTerm<Known>): boolean {
  return (
    (scope !== 'status' && pattern.test(name)) ||
    (scope !== 'fn' && (pattern.test(state.status) || pattern.test(stateLook(state).word)))
  );
}

/** The functions that fit the filter, in their order: numbers highest first, equal ones by name. */
export function shownFunctions(
  { sort, filter }: FunctionsState,
  { session, statistics }: Pick<ScreenFacts, 'session' | 'statistics'>,
): readonly FunctionRecord[] {
  const { terms } = termsOf(filter);
  const fitting = session.functions.filter((one) => terms.every((term) => has(one, term) !== term.not));
  const ranked = fitting.map((record) => ({ record, rank: rankOf(record) }));
  ranked.sort((one, other) => other.rank - one.rank || (one.record.name < other.record.name ? -1 : 1));
  return ranked.map(({ record }) => record);

  function rankOf(record: FunctionRecord): number {
    switch (sort) {
      case 'name':
        return 0;
      case 'invocations':
        return record.invocations;
      case 'errors':
        return record.errors;
      case 'p95':
        return statistics.of(record.name).p95 ?? -1;
      default: {
        const unhandled: never = sort;
        return unhandled;
      }
    }
  }
}

/** Its place among those shown; the first one when the selected one is not; -1 without any. */
export function selectedPlace({ selected }: FunctionsState, shown: readonly FunctionRecord[]): number {
  const place = shown.findIndex(({ name }) => name === selected);
  return place === -1 && shown.length > 0 ? 0 : place;
}
