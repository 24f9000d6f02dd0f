import { STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentials } from '../../signature/credentials.ts';
import { type ApiServer, createApiServer } from '../http/api-server.ts';
import type { IamConfig } from '../identity/iam-config.ts';
import { Identities } from '../identity/identities.ts';
import { addStsRoute } from './sts-route.ts';

export const ACCOUNT = '123456789012';
export const ALICE: AwsCredentials = {
  accessKeyId: 'AKIAALICE00000000000',
  secretAccessKey: 'the secret of alice',
};
export const ALICE_ARN = `arn:aws:iam::${ACCOUNT}:user/alice`;
export const DEPLOY_ARN = `arn:aws:iam::${ACCOUNT}:role/deploy`;

const everything = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
} as const;

/** A user, and a role that he may assume. */
export const IAM: IamConfig = {
  users: {
    alice: {
      accessKeys: [{ id: ALICE.accessKeyId, secret: ALICE.secretAccessKey }],
      policies: [everything],
    },
  },
  roles: { deploy: { policies: [everything] } },
};

/** An STS that listens, and AWS's own client to it. */
export class StsServer {
  readonly url: string;
  readonly #api: ApiServer;
  readonly #clients: STSClient[] = [];

  private constructor(url: string, api: ApiServer) {
    this.url = url;
    this.#api = api;
  }

  static async start(
    iam: IamConfig,
    identities = new Identities({ account: ACCOUNT, region: 'us-east-1', iam, functions: [] }),
  ): Promise<StsServer> {
    const api = createApiServer({ host: '127.0.0.1', port: 0 });
    addStsRoute(api.app, identities);
    return new StsServer((await api.listen()).url, api);
  }

  client(credentials: AwsCredentials): STSClient {
    const client = new STSClient({ endpoint: this.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.#api.close();
  }
}
