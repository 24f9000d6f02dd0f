import type { PolicyDocument } from './policy-document.ts';

/** `iam` of `llx.config.ts`: who exists in the emulator, and what he may do. */
export type IamConfig = {
  /**
   * By name. Once there are any, the development key `test` is not known any more.
   *
   * @default nobody: the development key, id `test` and secret `test`, is the account's root
   */
  readonly users?: Readonly<Record<string, IamUser>>;
  /** By name. A role that is not here trusts Lambda and the account, and may do everything; of a server, only call. */
  readonly roles?: Readonly<Record<string, IamRole>>;
};

export type IamUser = {
  readonly accessKeys: readonly { readonly id: string; readonly secret: string }[];
  /** @default [], which allows nothing */
  readonly policies?: readonly PolicyDocument[];
};

export type IamRole = {
  /** @default Lambda and the account */
  readonly trust?: PolicyDocument;
  /** @default [], which allows nothing */
  readonly policies?: readonly PolicyDocument[];
  /**
   * Seconds, 3600 to 43200.
   *
   * @default 3600
   */
  readonly maxSessionSeconds?: number;
};
