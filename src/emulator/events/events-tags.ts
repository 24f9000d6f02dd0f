import { isObject } from '../json-object.ts';
import { invalid } from './events-errors.ts';

export type Tags = Readonly<Record<string, string>>;

const MOST_TAGS = 50;

/** `Tags` of a request: a list of keys and values. @throws AwsError 400 ValidationException */
export function readTags(value: unknown): Tags {
  if (value === undefined || value === null) return {};
  if (!Array.isArray(value)) throw invalid('Parameter Tags is not valid: expected a list.');
  return checkTags(Object.fromEntries(value.map(readTag)));
}

/** All tags of one resource. @throws AwsError 400 ValidationException */
export function checkTags(tags: Tags): Tags {
  if (Object.keys(tags).length > MOST_TAGS) throw invalid(`A resource has at most ${MOST_TAGS} tags.`);
  return tags;
}

export function tagList(tags: Tags): readonly { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function readTag(tag: unknown): readonly [string, string] {
  const [key, value] = isObject(tag) ? [tag.Key, tag.Value] : [];
  if (
    typeof key !== 'string' ||
    typeof value !== 'string' ||
    key === '' ||
    key.length > 128 ||
    value.length > 256
  ) {
    throw invalid(
      'Parameter Tags is not valid: expected a Key of 1 to 128 and a Value of up to 256 characters.',
    );
  }
  return [key, value];
}
