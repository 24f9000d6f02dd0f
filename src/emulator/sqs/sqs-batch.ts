import { AwsError } from '../http/aws-error.ts';
import { queryCode, sqsError } from './sqs-error.ts';
import type { Input } from './sqs-input.ts';

export type BatchEntry = { readonly id: string; readonly input: Input };

const MOST_ENTRIES = 10;
const ENTRY_ID = /^[\w-]{1,80}$/;

/**
 * The entries of a batch, whose ids are good and distinct.
 *
 * @throws AwsError EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId or BatchEntryIdsNotDistinct
 */
export function batchEntries(input: Input, operation: string): readonly BatchEntry[] {
  const given: readonly unknown[] = Array.isArray(input.Entries) ? input.Entries : [];
  if (given.length === 0) {
    throw sqsError(
      'EmptyBatchRequest',
      `There should be at least one ${operation}RequestEntry in the request.`,
    );
  }
  if (given.length > MOST_ENTRIES) {
    throw sqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MOST_ENTRIES}. You have sent ${given.length}.`,
    );
  }
  const known = new Set<string>();
  return given.map((entry) => {
    const members: Input = typeof entry === 'object' && entry !== null ? { ...entry } : {};
    const id = members.Id;
    if (typeof id !== 'string' || !ENTRY_ID.test(id)) {
      throw sqsError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
    if (known.has(id)) throw sqsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    known.add(id);
    return { id, input: members };
  });
}

export type BatchFailure = {
  readonly Id: string;
  readonly Code: string;
  readonly Message: string;
  readonly SenderFault: boolean;
};

export function batchFailure(id: string, error: AwsError): BatchFailure {
  return { Id: id, Code: queryCode(error), Message: String(error.body.message), SenderFault: true };
}

export type Checked<T> = { readonly id: string } & ({ readonly value: T } | { readonly error: AwsError });

/** One entry's fault is no other's. */
export function checkEach<T>(entries: readonly BatchEntry[], check: (input: Input) => T): Checked<T>[] {
  return entries.map(({ id, input }) => {
    try {
      return { id, value: check(input) };
    } catch (error) {
      if (error instanceof AwsError) return { id, error };
      throw error;
    }
  });
}

/** The answer of a batch: both lists are always there. */
export function batchAnswer(
  results: readonly (BatchFailure | { readonly Id: string })[],
): Readonly<Record<string, unknown>> {
  return {
    Successful: results.filter((result) => !('SenderFault' in result)),
    Failed: results.filter((result) => 'SenderFault' in result),
  };
}
