import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { contextApp, ENDPOINT, orders, readStack } from './live-app.test-support.ts';
import { LiveLambda } from './live-lambda.ts';

describe('the layer', () => {
  const layers = () => {
    const app = contextApp('true');
    LiveLambda.enable(app, { iotEndpoint: ENDPOINT });
    const assets = ['One', 'Two'].map((name) => {
      const stack = new Stack(app, name);
      orders(stack);
      return { app, name };
    });
    return assets.map(
      ({ name }) => readStack(app, name).resource('AWS::Lambda::LayerVersion').Properties.Content,
    );
  };

  test('is one asset for all stacks and all synths', () => {
    const contents = [...layers(), ...layers()];
    expect(new Set(contents.map((content) => JSON.stringify(content))).size).toBe(1);
  });

  test('holds the built stub where the handler setting says, and nothing else', () => {
    const app = contextApp('true');
    LiveLambda.enable(app, { iotEndpoint: ENDPOINT });
    orders(new Stack(app, 'Shop'));
    const { Content } = readStack(app, 'Shop').resource('AWS::Lambda::LayerVersion').Properties;
    const [hash] = String((Content as { readonly S3Key: string }).S3Key).split('.');
    const root = join(dirname(fileURLToPath(import.meta.url)), '..');
    expect(readFileSync(join(app.outdir, `asset.${hash}`, 'llx', 'index.mjs'))).toEqual(
      readFileSync(join(root, 'dist', 'stub', 'index.mjs')),
    );
  });
});
