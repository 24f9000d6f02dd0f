import type { AwsCredentials } from './credentials.ts';

/**
 * The account's root of an emulator without users: what people's scripts for local stand-ins of AWS already carry. It is
 * no secret, and opens nothing but an emulator on a loopback address.
 */
export const DEVELOPMENT_KEY: AwsCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };
