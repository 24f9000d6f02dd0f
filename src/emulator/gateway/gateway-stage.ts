import { type ApiDefinition, DEFAULT_STAGE, type GatewayStage } from './api-definition.ts';

export type StagedPath = {
  readonly stage: GatewayStage;
  /** Behind the stage, as on the wire; begins with a slash. */
  readonly path: string;
};

/**
 * The stage that the first segment of a path names; else that at the root of an HTTP API, which may also be written.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
 */
export function stageOf({ stages }: ApiDefinition, path: string): StagedPath | undefined {
  const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
  const name = first === '%24default' ? DEFAULT_STAGE : first;
  const named = stages.find((stage) => stage.name === name);
  if (named !== undefined) return { stage: named, path: rest === '' ? '/' : rest };
  const root = stages.find((stage) => stage.name === DEFAULT_STAGE);
  return root && { stage: root, path };
}
