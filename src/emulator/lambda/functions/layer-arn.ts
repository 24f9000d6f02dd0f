import type { FunctionScope } from '../function-name.ts';

export type LayerReference = FunctionScope & {
  readonly name: string;
  /** Undefined: of the layer, not of one of its versions. */
  readonly version: number | undefined;
};

const ARN = /^arn:aws[a-zA-Z-]*:lambda:([a-z0-9-]+):(\d{12}):layer:([a-zA-Z0-9-_]{1,140})(?::(\d{1,15}))?$/;

/** What AWS shows of the ARNs of versions in its problems. */
export const LAYER_VERSION_PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)';

export function layerArn({ region, account }: FunctionScope, name: string): string {
  return `arn:aws:lambda:${region}:${account}:layer:${name}`;
}

/** Undefined for what is no ARN of a layer. */
export function parseLayerArn(text: string): LayerReference | undefined {
  const [, region, account, name, version] = ARN.exec(text) ?? [];
  if (region === undefined || account === undefined || name === undefined) return undefined;
  return { region, account, name, version: version === undefined ? undefined : Number(version) };
}

export function isInScope(layer: FunctionScope, scope: FunctionScope): boolean {
  return layer.region === scope.region && layer.account === scope.account;
}
