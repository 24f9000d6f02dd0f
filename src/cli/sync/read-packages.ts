import { mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { extractZip } from '../../emulator/code/extract-zip.ts';
import { packageFiles } from '../platform/package/package-files.ts';
import { contentHash, functionNameOf, type HandlerPackage, sha256 } from './handler-package.ts';
import { METADATA_FILE, parseMetadata } from './package-metadata.ts';
import { storeUnreadable } from './store-unreadable.ts';
import type { UnreadablePackage } from './sync-plan.ts';

export type StoreContent = {
  readonly packages: readonly HandlerPackage[];
  readonly unreadable: readonly UnreadablePackage[];
};

const LINK = 'expected a folder or a zip, found a link, which is not followed';
const DEEPEST = 8;
const MOST_PACKAGES = 1000;
const MOST_FOLDERS = 20_000;
const LONGEST_METADATA_BYTES = 256 * 1024;
/** As Lambda takes it directly. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LONGEST_ZIP_BYTES = 52_428_800;

/**
 * Reads every package below a folder: folders with a metadata file, and zips. What is wrong with one package is said of it
 * alone; rejects with LLX_STORE_UNREADABLE where it is not even known which packages there are.
 */
export async function readPackages(root: string): Promise<StoreContent> {
  const { places, links } = await findPlaces(root);
  const packages: HandlerPackage[] = [];
  const unreadable: UnreadablePackage[] = links.map((place) => ({ place, reasons: [LINK] }));
  // One after the other: each is held as a whole.
  for (const place of places) {
    const read = place.endsWith('.zip') ? await readZip(root, place) : await readFolder(root, place, place);
    if ('reasons' in read) unreadable.push(read);
    else packages.push(read);
  }
  return { packages, unreadable };
}

type Places = { readonly places: readonly string[]; readonly links: readonly string[] };

/** Relative, with slashes, sorted. */
async function findPlaces(root: string): Promise<Places> {
  const places: string[] = [];
  const links: string[] = [];
  let folders = 0;
  const walk = async (folder: string, depth: number): Promise<void> => {
    folders += 1;
    if (depth > DEEPEST || folders > MOST_FOLDERS || places.length > MOST_PACKAGES) {
      throw storeUnreadable(
        `Expected at most ${MOST_PACKAGES} packages in at most ${MOST_FOLDERS} folders, ${DEEPEST} deep, found more in ${root}.`,
      );
    }
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((cause: unknown) => {
      throw storeUnreadable(`Expected to read the folder ${join(root, folder)}, but it cannot be.`, cause);
    });
    // Links are not followed: they may lead in circles, and out of the store. What could be a package behind one is refused
    // instead of overlooked, or its handler would be removed.
    if (entries.some((entry) => entry.name === METADATA_FILE && entry.isFile())) {
      places.push(folder === '' ? '.' : folder);
      return;
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isSymbolicLink() && (await mayBePackage(root, path))) links.push(path);
      else if (entry.isDirectory()) await walk(path, depth + 1);
      else if (entry.isFile() && entry.name.endsWith('.zip')) places.push(path);
    }
  };
  await walk('', 0);
  return { places: places.sort(), links: links.sort() };
}

/** A link to a folder, a zip, metadata or nothing; not to what is in the store anyway, which is read there. */
async function mayBePackage(root: string, link: string): Promise<boolean> {
  try {
    const [store, target] = await Promise.all([realpath(root), realpath(join(root, link))]);
    if (target.startsWith(`${store}${sep}`) && basename(link) !== METADATA_FILE) return false;
    return basename(link) === METADATA_FILE || link.endsWith('.zip') || (await stat(target)).isDirectory();
  } catch {
    // It leads nowhere, or where one may not look.
    return true;
  }
}

async function readZip(root: string, place: string): Promise<HandlerPackage | UnreadablePackage> {
  const folder = await mkdtemp(join(tmpdir(), 'llx-package-')).catch((cause: unknown) => {
    throw storeUnreadable(`Expected to unpack zips in ${tmpdir()}, but nothing can be written there.`, cause);
  });
  try {
    const { size } = await stat(join(root, place));
    if (size > LONGEST_ZIP_BYTES) {
      return { place, reasons: [`expected a zip of at most ${LONGEST_ZIP_BYTES} bytes, found ${size}`] };
    }
    await extractZip(await readFile(join(root, place)), folder);
    return await readFolder(folder, '.', place);
  } catch (error) {
    return { place, reasons: [reasonOf(error, join(root, place))] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readFolder(
  root: string,
  folder: string,
  place: string,
): Promise<HandlerPackage | UnreadablePackage> {
  const directory = join(root, folder);
  const problems: string[] = [];
  let control: string | undefined;
  try {
    const json = await readMetadata(join(directory, METADATA_FILE));
    const metadata = parseMetadata(json, problems);
    if (metadata === undefined) return { place, reasons: problems };
    ({ control } = metadata);
    const files = (await packageFiles(directory)).filter(({ path }) => path !== METADATA_FILE);
    const hash = contentHash(files);
    if (files.length === 0) problems.push('expected files beside the metadata, found none');
    if (metadata.sha256 !== undefined && metadata.sha256 !== hash) {
      problems.push(`${METADATA_FILE}.sha256: expected ${metadata.sha256}, found files of ${hash}`);
    }
    if (problems.length > 0) return { place, control, reasons: problems };
    const digest = sha256(`${hash}\n${json}`);
    return { ...metadata, place, functionName: functionNameOf(control), digest, files };
  } catch (error) {
    return { place, ...(control === undefined ? {} : { control }), reasons: [reasonOf(error, directory)] };
  }
}

async function readMetadata(file: string): Promise<string> {
  const { size } = await stat(file).catch((cause: unknown) => {
    throw new Error(`expected ${METADATA_FILE} in it, found none that can be read`, { cause });
  });
  if (size > LONGEST_METADATA_BYTES) {
    throw new Error(`expected at most ${LONGEST_METADATA_BYTES} bytes in ${METADATA_FILE}, found ${size}`);
  }
  return await readFile(file, 'utf8');
}

/**
 * Without the place, which the refusal names. Zips are extracted into a folder of another name each time: with it the reason
 * would never be the same as before.
 */
function reasonOf(error: unknown, directory: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(`${directory}/`, '').replaceAll(directory, 'it');
}
