import { masterCredentials } from '../live/master-credentials.ts';
import { s3Location } from './s3-location.ts';
import { checkSourceName, directoryAddress, directoryStore, type Store, sourceName } from './store.ts';

export type StoreFlags = {
  readonly name?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly storeEndpoint?: string;
};

/** The name of a source, of the flag or of its address. @throws LlxError LLX_USAGE */
export async function sourceNameOf(source: string, { name }: Pick<StoreFlags, 'name'>): Promise<string> {
  if (name !== undefined) return checkSourceName(name);
  return sourceName(
    s3Location(source) === undefined ? await directoryAddress(source) : source.replace(/\/+$/, ''),
  );
}

/** Opens a folder, or `s3://bucket/prefix` with credentials from where every AWS tool has them. Rejects with LlxError. */
export async function openStore(source: string, flags: StoreFlags, env: NodeJS.ProcessEnv): Promise<Store> {
  const name = await sourceNameOf(source, flags);
  const location = s3Location(source);
  if (location === undefined) return directoryStore(source, name);
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { S3Store } = await import('./s3-store.ts');
  const { resolveRegion } = await import('../live/aws-region.ts');
  const { profile, storeEndpoint } = flags;
  const named = profile === undefined ? {} : { profile };
  const region = await resolveRegion({
    ...named,
    ...(flags.region === undefined ? {} : { region: flags.region }),
    env,
  });
  const client = new S3Client({
    region,
    credentials: masterCredentials({ ...named, region }, undefined),
    // A bucket may be in another region than the functions.
    followRegionRedirects: true,
    // Else AWS_ENDPOINT_URL_S3, as every AWS SDK takes it.
    ...(storeEndpoint === undefined ? {} : { endpoint: storeEndpoint, forcePathStyle: true }),
  });
  return new S3Store(client, { name, source, location });
}
