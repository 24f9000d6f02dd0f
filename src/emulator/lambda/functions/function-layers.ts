import { LAMBDA_ZIP_LIMITS } from '../../code/extract-zip.ts';
import { constraintViolation } from '../../constraint-violation.ts';
import { invalidParameter, validationFailed } from '../lambda-errors.ts';
import type { FunctionDeps } from './function-deps.ts';
import type { FunctionCode, FunctionSettings } from './function-settings.ts';
import { isInScope, LAYER_VERSION_PATTERN, parseLayerArn } from './layer-arn.ts';
import type { LayerVersion } from './layer-table.ts';
import { listText } from './members.ts';

const MOST_LAYERS = 5;

/** What a function keeps of the layers that it names. */
export type FunctionLayers = {
  readonly settings: Pick<FunctionSettings, 'Layers'>;
  /** Of their code, in the same order. */
  readonly hashes: readonly string[];
};

/**
 * The layers that a request names.
 *
 * @throws AwsError 400 for more than Lambda takes, and for those that do not exist here
 */
export function findLayers(
  arns: readonly string[],
  deps: Pick<FunctionDeps, 'layers' | 'scope'>,
): FunctionLayers {
  if (arns.length > MOST_LAYERS) throw invalidParameter(`Cannot reference more than ${MOST_LAYERS} layers.`);
  const found = arns.map((arn) => findLayer(arn, arns, deps));
  const seen = new Map<string, string>();
  for (const [index, { name }] of found.entries()) {
    const arn = arns[index] ?? '';
    const other = seen.get(name);
    if (other !== undefined) {
      throw invalidParameter(
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${other} and ${arn} are versions of the same layer.`,
      );
    }
    seen.set(name, arn);
  }
  if (found.length === 0) return { settings: {}, hashes: [] };
  return {
    settings: { Layers: found.map(({ code }, index) => ({ Arn: arns[index] ?? '', CodeSize: code.size })) },
    hashes: found.map(({ code }) => code.sha256),
  };
}

/**
 * A package and its layers are limited together; what a developer's directory has is not counted.
 *
 * @throws AwsError 400 InvalidParameterValueException
 */
export async function checkUnzippedSize(
  { package: own, layers }: FunctionCode,
  { code }: Pick<FunctionDeps, 'code'>,
): Promise<void> {
  // A package alone was held to the limit when it was extracted.
  if (layers.length === 0) return;
  const parts = own.kind === 'zip' ? [own.sha256, ...layers] : layers;
  const sizes = await Promise.all(parts.map((sha256) => code.unzippedBytes(sha256)));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const { unzippedBytes } = LAMBDA_ZIP_LIMITS;
  if (bytes <= unzippedBytes) return;
  throw invalidParameter(
    `Function code combined with layers exceeds the maximum allowed size of ${unzippedBytes} bytes. The actual size is ${bytes} bytes.`,
  );
}

function findLayer(
  arn: string,
  all: readonly string[],
  { layers, scope }: Pick<FunctionDeps, 'layers' | 'scope'>,
): LayerVersion {
  const reference = parseLayerArn(arn);
  if (reference?.version === undefined) {
    throw validationFailed(
      constraintViolation(
        'Layers',
        listText(all),
        `Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ${LAYER_VERSION_PATTERN}, Member must not be null]`,
      ),
    );
  }
  if (!isInScope(reference, scope)) {
    throw invalidParameter(
      `llx's emulator has no layers of other accounts and regions: ${arn}. Publish a copy of it with PublishLayerVersion.`,
    );
  }
  const layer = layers.get(reference.name, reference.version);
  if (layer === undefined) throw invalidParameter(`Layer version ${arn} does not exist.`);
  return layer;
}
