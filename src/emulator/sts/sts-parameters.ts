import { constraintViolation, violationsText } from '../constraint-violation.ts';
import { AwsError, notImplemented } from '../http/aws-error.ts';
import type { PolicyDocument } from '../identity/policy-document.ts';
import { policyProblems } from '../identity/policy-problems.ts';
import { validationError } from '../identity/validation-error.ts';

/** What a parameter must fit, in the words of AWS's own models. */
type Constraint = {
  readonly required?: boolean;
  readonly length?: readonly [least: number, most: number];
  readonly pattern?: { readonly expression: RegExp; readonly text: string };
  /** Makes the parameter a number. */
  readonly range?: readonly [least: number, most: number];
};

const PRINTABLE = {
  expression: /^[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+$/u,
  text: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+',
};

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const ASSUME_ROLE = {
  RoleArn: { required: true, length: [20, 2048], pattern: PRINTABLE },
  RoleSessionName: {
    required: true,
    length: [2, 64],
    pattern: { expression: /^[\w+=,.@-]*$/, text: '[\\w+=,.@-]*' },
  },
  DurationSeconds: { range: [900, 43_200] },
  ExternalId: {
    length: [2, 1224],
    pattern: { expression: /^[\w+=,.@:/-]*$/, text: '[\\w+=,.@:\\/-]*' },
  },
  Policy: { length: [1, 2048], pattern: PRINTABLE },
} as const satisfies Record<string, Constraint>;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
const GET_SESSION_TOKEN = {
  DurationSeconds: { range: [900, 129_600] },
} as const satisfies Record<string, Constraint>;

export type Parameters = ReadonlyMap<string, string>;

export type AssumeRoleParameters = {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number | undefined;
  readonly externalId: string | undefined;
  readonly sessionPolicy: PolicyDocument | undefined;
  /** Of the policy's room, in percent. */
  readonly packedPolicySize: number | undefined;
};

/** @throws AwsError ValidationError with all that does not fit, or MalformedPolicyDocument. */
export function assumeRoleParameters(parameters: Parameters): AssumeRoleParameters {
  check('AssumeRole', parameters, ASSUME_ROLE);
  const roleArn = parameters.get('RoleArn') ?? '';
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(roleArn)) throw validationError(`${roleArn} is invalid`);
  const policy = parameters.get('Policy');
  return {
    roleArn,
    sessionName: parameters.get('RoleSessionName') ?? '',
    durationSeconds: numberOf(parameters.get('DurationSeconds')),
    externalId: parameters.get('ExternalId'),
    sessionPolicy: policy === undefined ? undefined : parsePolicy(policy),
    packedPolicySize: policy === undefined ? undefined : Math.ceil((policy.length / 2048) * 100),
  };
}

/** @throws AwsError ValidationError */
export function sessionTokenSeconds(parameters: Parameters): number | undefined {
  check('GetSessionToken', parameters, GET_SESSION_TOKEN);
  return numberOf(parameters.get('DurationSeconds'));
}

function check(
  operation: string,
  parameters: Parameters,
  constraints: Readonly<Record<string, Constraint>>,
): void {
  for (const name of parameters.keys()) {
    // To ignore one could give more than was asked for: `PolicyArns` narrows a session.
    if (!Object.hasOwn(constraints, name)) throw notImplemented(`${name} of ${operation}`);
  }
  const problems = Object.entries(constraints).flatMap(([name, constraint]) =>
    brokenRules(parameters.get(name), constraint).map((rule) =>
      constraintViolation(name, parameters.get(name), rule),
    ),
  );
  if (problems.length > 0) throw validationError(violationsText(problems));
}

function brokenRules(
  value: string | undefined,
  { required, length, pattern, range }: Constraint,
): readonly string[] {
  if (value === undefined) return required === true ? ['Member must not be null'] : [];
  const rules: string[] = [];
  if (pattern !== undefined && !pattern.expression.test(value)) {
    rules.push(`Member must satisfy regular expression pattern: ${pattern.text}`);
  }
  if (length !== undefined && value.length < length[0]) {
    rules.push(`Member must have length greater than or equal to ${length[0]}`);
  }
  if (length !== undefined && value.length > length[1]) {
    rules.push(`Member must have length less than or equal to ${length[1]}`);
  }
  if (range !== undefined) {
    const number = numberOf(value);
    if (number === undefined) rules.push('Member must be a whole number');
    else if (number < range[0]) rules.push(`Member must have value greater than or equal to ${range[0]}`);
    else if (number > range[1]) rules.push(`Member must have value less than or equal to ${range[1]}`);
  }
  return rules;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
}

function parsePolicy(text: string): PolicyDocument {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    // Only that it is none counts: AWS says no more.
    throw new AwsError(400, 'MalformedPolicyDocument', {
      message: 'The policy is not in the valid JSON format.',
    });
  }
  const [problem] = policyProblems(written, 'identity');
  if (problem !== undefined) {
    throw new AwsError(400, 'MalformedPolicyDocument', { message: `Syntax errors in policy. ${problem}` });
  }
  // It has no problems, so it is one.
  return written as PolicyDocument;
}
