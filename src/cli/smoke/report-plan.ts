import { resolve } from 'node:path';
import { nearMisses } from '../../checks/near-miss.ts';
import { LlxError } from '../../errors/llx-error.ts';

export const REPORTERS = ['pretty', 'junit', 'json', 'github', 'tap'] as const;
export type ReporterName = (typeof REPORTERS)[number];

/** A reporter and where it writes. */
export type PlannedReport = {
  readonly name: ReporterName;
  readonly to: { readonly file: string } | 'stdout' | 'stderr';
};

export type ReportFlags = {
  readonly reporter?: readonly ReporterName[];
  /** `FILE`, or `NAME=FILE`. */
  readonly out?: readonly string[];
};

/** Formats that a program reads: nothing else may stand beside them. */
const FOR_PROGRAMS: readonly ReporterName[] = ['junit', 'json', 'tap'];

/**
 * Who writes where. People get lines on stdout unless a format for programs has it; in GitHub Actions its annotations are
 * added.
 *
 * @throws LlxError LLX_USAGE when two would write to one place, or it is not said whose a file is.
 */
export function planReports(
  { reporter, out = [] }: ReportFlags,
  { githubActions }: { readonly githubActions: boolean },
): readonly PlannedReport[] {
  const files = new Map<ReporterName, string>();
  const unnamed: string[] = [];
  for (const written of out) {
    const [name, file] = split(written);
    if (name === undefined) unnamed.push(file);
    else if (files.has(name)) throw usage(`one --out for ${name}`, 'several');
    else files.set(name, file);
  }
  const asked = new Set<ReporterName>([...(reporter ?? ['pretty']), ...files.keys()]);
  for (const file of unnamed) files.set(ownerOf(file, asked, files), file);
  refuseSharedFile(files);
  const onStdout = [...asked].filter((name) => FOR_PROGRAMS.includes(name) && !files.has(name));
  if (onStdout.length > 1) throw crowded(onStdout);
  const [program] = onStdout;
  if (program !== undefined && asked.has('pretty') && !files.has('pretty'))
    throw crowded(['pretty', program]);
  if (program === undefined && !files.has('pretty')) asked.add('pretty');
  if (githubActions) asked.add('github');
  return [...asked].map((name) => {
    const file = files.get(name);
    if (file !== undefined) return { name, to: { file } };
    // The runner of GitHub Actions reads both streams.
    return { name, to: name === 'github' && program !== undefined ? 'stderr' : 'stdout' };
  });
}

function split(written: string): readonly [ReporterName | undefined, string] {
  const at = written.indexOf('=');
  const name = REPORTERS.find((one) => one === written.slice(0, Math.max(0, at)));
  const file = name === undefined ? written : written.slice(at + 1);
  if (file === '') throw usage('a file after --out', `"${written}"`);
  const meant = name === undefined && at > 0 ? nearMisses(written.slice(0, at), REPORTERS)[0] : undefined;
  // It would be the name of a file, and the lines for people would be in it.
  if (meant !== undefined) throw usage(`--out ${meant}=FILE`, `"${written}"`);
  return [name, file];
}

/** Whose a file without a name is: the only one that has none yet, and people's lines only when there is no other. */
function ownerOf(
  file: string,
  asked: ReadonlySet<ReporterName>,
  files: ReadonlyMap<ReporterName, string>,
): ReporterName {
  const free = [...asked].filter((name) => !files.has(name));
  const others = free.filter((name) => name !== 'pretty');
  const [owner, ...more] = others.length > 0 ? others : free;
  if (owner !== undefined && more.length === 0) return owner;
  throw usage(
    `--out NAME=FILE with one of ${[...asked].join(', ')}`,
    `"${file}", and do not know whose it is`,
  );
}

function refuseSharedFile(files: ReadonlyMap<ReporterName, string>): void {
  const names = [...files.values()].map((file) => resolve(file));
  const twice = names.find((file, index) => names.indexOf(file) !== index);
  if (twice !== undefined) throw usage('a file for each reporter', `"${twice}" for two`);
}

function crowded(names: readonly ReporterName[]): LlxError {
  const [, second = 'junit'] = names;
  return new LlxError('LLX_USAGE', {
    message: `Expected at most one reporter to write to stdout, found ${names.join(' and ')}.`,
    mend: `Give one of them a file: llx smoke --reporter ${names.join(',')} --out ${second}=FILE`,
  });
}

function usage(expected: string, found: string): LlxError {
  return new LlxError('LLX_USAGE', {
    message: `Expected ${expected}, found ${found}.`,
    mend: 'For example: llx smoke --reporter pretty,junit --out junit=report.xml',
  });
}
