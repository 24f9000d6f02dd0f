/** Code as a version of a function or a layer refers to it. */
export type StoredCode = {
  /** SHA-256 of the zip in base64, as Lambda shows it. */
  readonly sha256: string;
  /** Bytes of the zip. */
  readonly size: number;
};

export interface CodeStore {
  /** Absolute path of the extracted code. */
  directoryOf(sha256: string): string;
}
