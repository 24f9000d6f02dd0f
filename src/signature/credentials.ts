/** A key pair of AWS; temporary ones carry a token and an end. Never logged, shown or stored. */
export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
};

/** Asked at every use: gives fresh ones when the last are about to expire. */
export type CredentialProvider = () => Promise<AwsCredentials>;
