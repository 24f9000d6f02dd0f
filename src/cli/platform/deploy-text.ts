import { aliasText } from './alias-text.ts';
import { nextAlias, sameAlias } from './deploy/deploy-changes.ts';
import type { Deployment, DeployPlan, DeployRequest } from './deploy/deploy-function.ts';
import type { FunctionPackage } from './package/package-function.ts';

/** What became of code and settings. */
export function uploadText({ changes }: DeployPlan): string {
  if (changes.create) return 'Created at';
  if (changes.code) return 'Uploaded to';
  return changes.settings === undefined ? 'Unchanged at' : 'Settings changed at';
}

export function liveText({ alias: name }: DeployRequest, { alias, was }: Deployment): string {
  if (sameAlias(was, alias)) return `Live as before: ${name} → ${aliasText(alias)}`;
  return `Live: ${name} → ${aliasText(alias)}${was === undefined ? '' : ` (was ${aliasText(was)})`}`;
}

/** What is to be known of the address beside itself; empty for nothing. */
export function accessText({ address, access }: Deployment): string {
  return address !== undefined && access === 'iam'
    ? 'It answers signed requests only: --url public lets anyone call it.\n'
    : '';
}

/** What a deployment would do, an operation of Lambda's API a line. */
export function planText(request: DeployRequest, plan: DeployPlan): string {
  const lines = operationsOf(request, plan);
  return lines.length === 0 ? 'Nothing would change.\n' : `${lines.map((line) => `${line}\n`).join('')}`;
}

function operationsOf({ alias, share }: DeployRequest, { deployed, changes }: DeployPlan): readonly string[] {
  const { create, code, settings, url } = changes;
  const isNew = create || code || settings !== undefined;
  const version = isNew ? 'the new version' : 'the version of $LATEST';
  // Values of variables may be secrets: only names are shown.
  const names = Object.keys(settings ?? {}).join(', ');
  const current = deployed?.alias;
  const next = nextAlias(current, version, share);
  return [
    ...(create ? [`CreateFunction: ${names}`] : []),
    ...(!create && code ? ['UpdateFunctionCode'] : []),
    ...(!create && settings !== undefined ? [`UpdateFunctionConfiguration: ${names}`] : []),
    ...(isNew ? ['PublishVersion'] : []),
    ...(isNew || deployed?.aliasIsLatest === false || current === undefined
      ? [`${current === undefined ? 'CreateAlias' : 'UpdateAlias'}: ${alias} → ${aliasText(next)}`]
      : []),
    ...(url === undefined
      ? []
      : [`${url.was === undefined ? 'Create' : 'Update'}FunctionUrlConfig: ${url.access}`]),
  ];
}

/** The same for scripts. */
export function planFacts(request: DeployRequest, plan: DeployPlan, code: FunctionPackage) {
  return {
    type: 'plan',
    function: request.functionName,
    runtime: code.runtime,
    handler: code.handler,
    codeSha256: code.sha256,
    bytes: code.zip.byteLength,
    operations: operationsOf(request, plan),
  };
}

/** What scripts learn of a deployment. */
export function deploymentFacts(request: DeployRequest, deployment: Deployment, code: FunctionPackage) {
  const { version, alias, was, address, access } = deployment;
  return {
    type: 'deployed',
    function: request.functionName,
    version,
    alias: request.alias,
    aliasVersion: alias.version,
    weights: alias.weights,
    previousVersion: was?.version,
    url: address,
    urlAccess: access,
    runtime: code.runtime,
    handler: code.handler,
    codeSha256: code.sha256,
    bytes: code.zip.byteLength,
    notices: code.notices,
  };
}
