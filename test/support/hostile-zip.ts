import { crc32, deflateRawSync } from 'node:zlib';

/**
 * A zip with one file, as no library would write it.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 *
 * @param options.claimed what it says to be the size of its content. @default the size
 */
export function zipWithEntry(options: {
  readonly name: string;
  readonly content: Uint8Array;
  readonly claimed?: number;
}): Buffer {
  const { content, claimed = content.byteLength } = options;
  const name = Buffer.from(options.name);
  const packed = deflateRawSync(content);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(packed.byteLength, 14);
  common.writeUInt32LE(claimed, 18);
  common.writeUInt16LE(name.byteLength, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
  const place = Buffer.alloc(14);
  const directory = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, place, name]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(directory.byteLength, 8);
  end.writeUInt32LE(local.byteLength, 12);
  return Buffer.concat([local, directory, Buffer.from('PK\x05\x06'), end]);
}
