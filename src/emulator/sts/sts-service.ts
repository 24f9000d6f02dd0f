import type { ApiService } from '../http/api-operation.ts';

/** AWS STS as docs/emulator.md lists it; its route is its own, for it is needed from the start. */
export const STS_SERVICE: ApiService = {
  name: 'sts',
  title: 'AWS STS',
  operations: [
    { name: 'AssumeRole', support: 'partial', note: 'no MFA, no tags of sessions' },
    { name: 'GetCallerIdentity', support: 'supported' },
    { name: 'GetSessionToken', support: 'partial', note: 'no MFA' },
    { name: 'AssumeRoleWithSAML', support: 'refused' },
    { name: 'AssumeRoleWithWebIdentity', support: 'refused' },
    { name: 'AssumeRoot', support: 'refused' },
    { name: 'DecodeAuthorizationMessage', support: 'refused' },
    { name: 'GetAccessKeyInfo', support: 'refused' },
    { name: 'GetDelegatedAccessToken', support: 'refused' },
    { name: 'GetFederationToken', support: 'refused' },
    { name: 'GetWebIdentityToken', support: 'refused' },
  ],
};
