import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import {
  type Frame,
  type FrameHeader,
  NONCE_BYTES,
  overheadBytes,
  PUBLIC_KEY_BYTES,
  TAG_BYTES,
  writeHeader,
} from './frame.ts';

export type Side = 'stub' | 'session';

/** X25519, made when the process starts and never stored. */
export type KeyPair = { readonly publicKey: Uint8Array; readonly privateKey: KeyObject };

/** The keys between one stub and one session, as one of the two uses them: a key for each direction. */
export type PairKeys = { readonly send: KeyObject; readonly receive: KeyObject };

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const STUB_TO_SESSION = 'llx/v1 stub to session';
const SESSION_TO_STUB = 'llx/v1 session to stub';

// RFC 8410: the raw key is the end of its DER form.
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

export function generateKeyPair(): KeyPair {
  return keyPair(generateKeyPairSync('x25519').privateKey);
}

/** From the 32 bytes of a private key: for vectors that must come out the same each time. */
export function keyPairFrom(privateKey: Uint8Array): KeyPair {
  return keyPair(
    createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, privateKey]), format: 'der', type: 'pkcs8' }),
  );
}

function keyPair(privateKey: KeyObject): KeyPair {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { publicKey: spki.subarray(SPKI_PREFIX.byteLength), privateKey };
}

/**
 * X25519 and HKDF-SHA256: about 100 µs, so once for each peer. Undefined for a public key that is none, or one of
 * the low-order points that would make the secret the same for everybody.
 */
export function deriveKeys(own: KeyPair, ownSide: Side, peerKey: Uint8Array): PairKeys | undefined {
  const secret = sharedSecret(own.privateKey, peerKey);
  if (secret === undefined) return undefined;
  const salt = Buffer.concat(ownSide === 'stub' ? [own.publicKey, peerKey] : [peerKey, own.publicKey]);
  const derive = (info: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, salt, info, KEY_BYTES)));
  const toSession = derive(STUB_TO_SESSION);
  const toStub = derive(SESSION_TO_STUB);
  return ownSide === 'stub' ? { send: toSession, receive: toStub } : { send: toStub, receive: toSession };
}

function sharedSecret(privateKey: KeyObject, peerKey: Uint8Array): Buffer | undefined {
  if (peerKey.byteLength !== PUBLIC_KEY_BYTES) return undefined;
  try {
    const publicKey = createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, peerKey]),
      format: 'der',
      type: 'spki',
    });
    const secret = diffieHellman({ privateKey, publicKey });
    // RFC 7748 §6.1; OpenSSL refuses it by itself, other builds of Node.js need not.
    return secret.every((byte) => byte === 0) ? undefined : secret;
  } catch {
    // OpenSSL's word for a low-order point.
    return undefined;
  }
}

/** One frame, complete: header, nonce, ciphertext, tag. */
export function sealFrame(
  header: FrameHeader,
  piece: Uint8Array,
  seal: { readonly key: KeyObject; readonly functionArn: string; readonly nonce: Uint8Array },
): Buffer {
  const frame = Buffer.allocUnsafe(overheadBytes(header.publicKey) + piece.byteLength);
  const headerEnd = writeHeader(header, frame);
  frame.set(seal.nonce, headerEnd);
  const cipher = createCipheriv(CIPHER, seal.key, seal.nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(authenticatedData(frame.subarray(0, headerEnd), seal.functionArn));
  frame.set(cipher.update(piece), headerEnd + NONCE_BYTES);
  cipher.final(); // GCM is a stream: nothing is left
  frame.set(cipher.getAuthTag(), frame.byteLength - TAG_BYTES);
  return frame;
}

/** The piece of the message; undefined when the frame was altered or sealed for somebody or something else. */
export function openFrame(frame: Frame, key: KeyObject, functionArn: string): Buffer | undefined {
  const decipher = createDecipheriv(CIPHER, key, frame.nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticatedData(frame.header, functionArn));
  decipher.setAuthTag(frame.tag);
  const piece = decipher.update(frame.ciphertext);
  try {
    decipher.final();
  } catch {
    // The tag does not fit: the only thing that `final` of GCM can say.
    return undefined;
  }
  return piece;
}

/** The function's ARN as well: a frame that was moved to another function's topic does not open. */
function authenticatedData(header: Uint8Array, functionArn: string): Buffer {
  const data = Buffer.allocUnsafe(header.byteLength + Buffer.byteLength(functionArn));
  data.set(header);
  data.write(functionArn, header.byteLength, 'utf8');
  return data;
}
