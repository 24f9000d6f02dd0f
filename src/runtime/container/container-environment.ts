import { delimiter } from 'node:path';
import type { LoadRequest } from '../runtime-process.ts';
import type { Environment } from '../worker-environment.ts';

/** Where a function finds itself in a container, as in Lambda. */
export const TASK_ROOT = '/var/task';
export const LAYERS = '/opt';
/** Where llx's own bootstraps are, for images without a runtime of their own. */
export const LLX_RUNTIME = '/var/llx';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const PATH = '/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin';
const LIBRARIES = '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib';

/** Of this machine: the container's image and Lambda say them. */
const LEFT_OUT = ['HOME', 'USER', 'SHELL', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'];
const PLACES = ['LAMBDA_TASK_ROOT', 'PWD', 'NODE_PATH', 'PYTHONPATH', 'LD_LIBRARY_PATH', 'PATH'];
/** What AWS SDKs call: the emulator, which listens on this machine. */
const ADDRESSES = /^(?:AWS_ENDPOINT_URL(?:_\w+)?|AWS_CONTAINER_CREDENTIALS_FULL_URI)$/;

/**
 * The environment of a handler as it is within its container.
 *
 * @param host the address by which a container reaches this machine.
 */
export function containerEnvironment(
  { spec, code, command }: LoadRequest,
  { host, runtimeApi }: { readonly host: string; readonly runtimeApi: string },
): Environment {
  const places = new Map([[spec.root, TASK_ROOT]]);
  if (code.opt !== undefined) places.set(code.opt, LAYERS);
  const within = (text: string): string =>
    text
      .split(delimiter)
      .map((place) => placeWithin(place, places))
      .join(':');
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(command.environment)) {
    if (LEFT_OUT.includes(name)) continue;
    if (PLACES.includes(name)) environment[name] = within(value);
    else if (ADDRESSES.test(name)) environment[name] = addressFor(value, host);
    else environment[name] = value;
  }
  return {
    ...environment,
    PATH: spec.environment.PATH === undefined ? PATH : (environment.PATH ?? PATH),
    ...(spec.environment.LD_LIBRARY_PATH === undefined
      ? { LD_LIBRARY_PATH: [LIBRARIES, environment.LD_LIBRARY_PATH].filter(Boolean).join(':') }
      : {}),
    // Only what is in memory may be written to.
    HOME: '/tmp',
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
  };
}

function placeWithin(place: string, places: ReadonlyMap<string, string>): string {
  for (const [outside, inside] of places) {
    if (place === outside) return inside;
    if (place.startsWith(`${outside}/`)) return inside + place.slice(outside.length);
  }
  return place;
}

function addressFor(value: string, host: string): string {
  if (!URL.canParse(value)) return value;
  const url = new URL(value);
  if (!/^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/.test(url.hostname)) return value;
  url.hostname = host;
  return url.href.replace(/\/$/, value.endsWith('/') ? '/' : '');
}
