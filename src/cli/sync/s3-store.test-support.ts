import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As much of S3 as a mirror needs: ListObjectsV2, two objects a page, and GetObject. */
export type StandInS3 = {
  readonly endpoint: string;
  readonly bucket: string;
  readonly objects: Map<string, Uint8Array>;
  /** Keys that were downloaded, in order. */
  readonly downloads: string[];
  /** Pages after the first are not told of, though there are more. */
  cut: boolean;
  /** Status of every answer that this says; undefined: as it should be. */
  fault: (request: { readonly key: string; readonly page: number }) => number | undefined;
  close(): Promise<void>;
};

const PAGE = 2;

export async function startStandInS3(bucket: string): Promise<StandInS3> {
  const objects = new Map<string, Uint8Array>();
  const downloads: string[] = [];
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Of a server that listens on TCP.
  const { port } = server.address() as AddressInfo;
  const s3: StandInS3 = {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    objects,
    downloads,
    cut: false,
    fault: () => undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', s3.endpoint);
    const key = decodeURIComponent(pathname).slice(bucket.length + 2);
    const page = Number(searchParams.get('continuation-token') ?? 0);
    const status = s3.fault({ key, page });
    if (status !== undefined) return refuse(response, status, 'InternalError');
    if (!pathname.startsWith(`/${bucket}`)) return refuse(response, 404, 'NoSuchBucket');
    if (key === '') return list(response, searchParams.get('prefix') ?? '', page);
    const content = objects.get(key);
    if (content === undefined) return refuse(response, 404, 'NoSuchKey');
    if (request.headers['if-match'] !== etagOf(content)) return refuse(response, 412, 'PreconditionFailed');
    downloads.push(key);
    response.setHeader('etag', etagOf(content)).end(content);
  }

  function list(response: ServerResponse, prefix: string, page: number): void {
    const all = [...objects].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
    const shown = all.slice(page * PAGE, (page + 1) * PAGE);
    const isLast = (page + 1) * PAGE >= all.length;
    const contents = shown.map(
      ([key, content]) =>
        `<Contents><Key>${key}</Key><ETag>${etagOf(content).replaceAll('"', '&quot;')}</ETag><Size>${content.byteLength}</Size></Contents>`,
    );
    const next = isLast || s3.cut ? '' : `<NextContinuationToken>${page + 1}</NextContinuationToken>`;
    response
      .setHeader('content-type', 'application/xml')
      .end(
        `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${!isLast}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`,
      );
  }

  return s3;
}

function etagOf(content: Uint8Array): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.statusCode = status;
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
