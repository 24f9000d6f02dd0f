import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { aws_lambda, type Stack } from 'aws-cdk-lib';

// In the package this code lies in dist/cdk, its source in cdk.
const here = import.meta.dirname;
const dist = basename(dirname(here)) === 'dist' ? dirname(here) : join(here, '..', 'dist');

/** The folder that becomes `/opt`: nothing in it but `llx/index.mjs`, the very file of `dist/stub`. */
const layerFolder = join(dist, 'layer');

/** The handler setting of a function with the stub in front of it. */
export const STUB_HANDLER = '/opt/llx/index.handler';

/**
 * The layer with the stub, one for each stack: an ARN of another stack would tie the two together. The asset is the same
 * for all of them, and is uploaded once.
 */
export function stubLayerArn(stack: Stack): string {
  const id = `LlxStub${stubHash()}`;
  const existing = stack.node.tryFindChild(id);
  const layer =
    existing === undefined
      ? new aws_lambda.LayerVersion(stack, id, {
          code: aws_lambda.Code.fromAsset(layerFolder),
          description: 'llx: the stub in front of live functions',
        })
      : (existing as aws_lambda.LayerVersion);
  return layer.layerVersionArn;
}

/**
 * In the id of the layer: a new stub is another resource, and so changes the hash by which `currentVersion` publishes
 * versions. Without it an alias would stay with the old stub.
 */
function stubHash(): string {
  hash ??= createHash('sha256')
    .update(readFileSync(join(layerFolder, 'llx', 'index.mjs')))
    .digest('hex')
    .slice(0, 8);
  return hash;
}

let hash: string | undefined;
