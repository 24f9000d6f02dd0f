import { createCipheriv, createHash } from 'node:crypto';

/** Text of so many bytes that belongs to one invocation and does not compress well: a mixed-up answer is seen. */
export function bodyOf(n: number, bytes: number): string {
  const key = Buffer.alloc(16);
  key.writeUInt32BE(n);
  const noise = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(
    Buffer.alloc(Math.ceil(bytes * 0.75)),
  );
  return noise.toString('base64').slice(0, bytes);
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
