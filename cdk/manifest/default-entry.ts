import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IConstruct } from 'constructs';
import type { Candidate } from './bundle-entry.ts';
import { items, text } from './template.ts';

/** In the order of NodejsFunction. */
const EXTENSIONS = ['ts', 'js', 'mjs', 'mts', 'cts', 'cjs'];

/** `…/app.ts:7:1`, also in brackets and as a URL. */
const PLACE = /((?:file:\/\/)?\/[^()\s][^():]*\.[cm]?[jt]sx?):\d/g;

/**
 * Where NodejsFunction looks when it is given no `entry`: `<file that makes it>.<id>.ts`. The file is in the stack trace
 * that the CDK keeps with a resource, where that is not switched off.
 */
export function defaultEntries(resource: IConstruct, id: string): readonly Candidate[] {
  return [...new Set(creationFiles(resource))].flatMap((file) => {
    const stem = join(dirname(file), file.slice(dirname(file).length + 1).replace(/\.[cm]?[jt]sx?$/, ''));
    return EXTENSIONS.map((extension) => ({
      file: `${stem}.${id}.${extension}`,
      foundBy: 'default' as const,
    }));
  });
}

function creationFiles(resource: IConstruct): readonly string[] {
  const inMetadata = resource.node.metadata
    .filter(({ type }) => type === 'aws:cdk:creationStack')
    .flatMap(({ data }) => items(data));
  const onResource = 'creationStack' in resource ? items(resource.creationStack) : [];
  return [...inMetadata, ...onResource].flatMap((frame) =>
    [...(text(frame) ?? '').matchAll(PLACE)].map(([, place = '']) =>
      place.startsWith('file:') ? fileURLToPath(place) : place,
    ),
  );
}
