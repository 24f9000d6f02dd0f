import yazl from 'yazl';

/** A package: files by their names. */
export async function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries(files)) {
    zip.addBuffer(Buffer.from(content as string), name, { mode: 0o644 });
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

export const ROLE = 'arn:aws:iam::000000000000:role/any';

/** What CreateFunction needs beside a name and code. */
export const NODE_FUNCTION = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: ROLE } as const;
