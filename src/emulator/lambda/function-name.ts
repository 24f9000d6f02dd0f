import { constraintViolation } from '../constraint-violation.ts';
import { AwsError } from '../http/aws-error.ts';
import { validationFailed } from './lambda-errors.ts';

export type FunctionReference = {
  readonly name: string;
  readonly qualifier: string | undefined;
  /** Of an ARN. */
  readonly region?: string;
  /** Of an ARN or a partial one. */
  readonly account?: string;
};

export type FunctionScope = { readonly region: string; readonly account: string };

const NAME = '[a-zA-Z0-9-_]{1,64}';
const QUALIFIER = '\\$LATEST|[a-zA-Z0-9-_]{1,128}';

const WHOLE_QUALIFIER = new RegExp(`^(?:${QUALIFIER})$`);

// name[:qualifier] | account:[function:]name[:qualifier] | arn:aws:lambda:region:account:function:name[:qualifier]
const REFERENCE = new RegExp(
  `^(?:arn:aws[a-z-]*:lambda:(?<region>[a-z0-9-]+):)?(?:(?<account>\\d{12}):function:|function:|(?<=^)(?<short>\\d{12}):(?!function:))?(?<name>${NAME})(?::(?<qualifier>${QUALIFIER}))?$`,
);

/**
 * `FunctionName` as every Lambda operation takes it: a name, a partial ARN or an ARN, each possibly with a qualifier.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
 */
export function parseFunctionName(text: string, given?: unknown): FunctionReference {
  const qualifier = parseQualifier(given);
  const groups = REFERENCE.exec(text)?.groups;
  const name = groups?.name;
  if (name === undefined) {
    throw validationFailed(
      constraintViolation(
        'FunctionName',
        text,
        'Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?',
      ),
    );
  }
  const inName = groups?.qualifier;
  if (inName !== undefined && qualifier !== undefined && inName !== qualifier) {
    throw new AwsError(400, 'InvalidParameterValueException', {
      Type: 'User',
      message: 'The derived qualifier from the function name does not match the specified qualifier.',
    });
  }
  const { region, account = groups?.short } = groups ?? {};
  return {
    name,
    qualifier: inName ?? qualifier,
    ...(region === undefined ? {} : { region }),
    ...(account === undefined ? {} : { account }),
  };
}

/** Of what a name stands for, whether it exists or not. */
export function functionArn({ region, account }: FunctionScope, name: string, qualifier?: string): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
}

/**
 * Functions of other regions and accounts are not here, whatever their names.
 *
 * @throws AwsError 404 ResourceNotFoundException
 */
export function checkScope({ name, region, account }: FunctionReference, scope: FunctionScope): void {
  if (region !== undefined && region !== scope.region) {
    throw new AwsError(404, 'ResourceNotFoundException', {
      Message: `Functions from '${region}' are not reachable in this region ('${scope.region}')`,
      Type: 'User',
    });
  }
  if (account !== undefined && account !== scope.account) {
    throw new AwsError(404, 'ResourceNotFoundException', {
      Message: `Function not found: ${functionArn({ ...scope, account }, name)}`,
      Type: 'User',
    });
  }
}

/** Of a query: given twice it is a list. */
function parseQualifier(given: unknown): string | undefined {
  if (given === undefined || (typeof given === 'string' && WHOLE_QUALIFIER.test(given))) return given;
  throw validationFailed(
    constraintViolation(
      'Qualifier',
      given,
      'Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)',
    ),
  );
}
