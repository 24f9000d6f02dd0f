import { isObject } from '../json-object.ts';
import { isConditionOperator } from './condition.ts';

type Members = Readonly<Record<string, unknown>>;
type Report = (path: string, expected: string) => void;

const POLICY_KEYS = ['Version', 'Id', 'Statement'];
const COMMON_KEYS = ['Sid', 'Effect', 'Action', 'NotAction', 'Condition'];
const STATEMENT_KEYS = {
  identity: [...COMMON_KEYS, 'Resource', 'NotResource'],
  trust: [...COMMON_KEYS, 'Principal'],
} as const;

/**
 * What is wrong with a policy that somebody wrote; a value without problems is a PolicyDocument.
 *
 * @param kind a trust policy names principals, an identity-based or session policy resources.
 * @returns each problem with its path below the policy: `.Statement[0].Effect: expected 'Allow' or 'Deny'`.
 */
export function policyProblems(written: unknown, kind: 'identity' | 'trust'): readonly string[] {
  const problems: string[] = [];
  const report: Report = (path, expected) => void problems.push(`${path}: expected ${expected}.`);
  if (!isObject(written)) {
    report('', 'a policy such as { Version, Statement }');
    return problems;
  }
  checkKeys(written, '', POLICY_KEYS, report);
  if (written.Version !== undefined && written.Version !== '2012-10-17' && written.Version !== '2008-10-17') {
    report('.Version', "'2012-10-17'");
  }
  const { Statement } = written;
  const statements: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  if (statements.length === 0) report('.Statement', 'at least one statement');
  statements.forEach((statement, index) => {
    checkStatement(statement, Array.isArray(Statement) ? `.Statement[${index}]` : '.Statement', kind, report);
  });
  return problems;
}

function checkStatement(written: unknown, path: string, kind: 'identity' | 'trust', report: Report): void {
  if (!isObject(written)) return report(path, 'a statement such as { Effect, Action, Resource }');
  checkKeys(written, path, STATEMENT_KEYS[kind], report);
  if (written.Effect !== 'Allow' && written.Effect !== 'Deny') report(`${path}.Effect`, "'Allow' or 'Deny'");
  checkEither(written, path, ['Action', 'NotAction'], report);
  if (kind === 'identity') checkEither(written, path, ['Resource', 'NotResource'], report);
  else checkPrincipal(written.Principal, `${path}.Principal`, report);
  if (written.Condition !== undefined) checkCondition(written.Condition, `${path}.Condition`, report);
}

/** One of the two, a text or a list of texts. */
function checkEither(
  written: Members,
  path: string,
  [named, excepted]: readonly [string, string],
  report: Report,
): void {
  const given = [named, excepted].filter((key) => written[key] !== undefined);
  const [key] = given;
  if (given.length !== 1 || key === undefined) return report(path, `either ${named} or ${excepted}`);
  if (!areTexts(written[key])) report(`${path}.${key}`, 'a text or a list of texts');
}

function checkPrincipal(written: unknown, path: string, report: Report): void {
  if (written === '*') return;
  if (!isObject(written)) return report(path, "'*' or an object such as { AWS: '123456789012' }");
  for (const [type, names] of Object.entries(written)) {
    if (!areTexts(names)) report(`${path}.${type}`, 'a text or a list of texts');
    // IAM refuses it: such a policy would trust somebody else than it seems to.
    else if ([names].flat().some((name) => name !== '*' && /[*?]/.test(name))) {
      report(`${path}.${type}`, "a principal's whole ARN, or a condition on aws:PrincipalArn (no wildcards)");
    }
  }
}

function checkCondition(written: unknown, path: string, report: Report): void {
  if (!isObject(written)) return report(path, 'an object of condition operators');
  for (const [operator, keys] of Object.entries(written)) {
    if (!isConditionOperator(operator)) {
      report(
        `${path}.${operator}`,
        'an operator that this emulator knows (StringEquals, StringLike, ArnLike, Bool, …)',
      );
    } else if (!isObject(keys) || !Object.values(keys).every(areConditionValues)) {
      report(`${path}.${operator}`, 'an object of keys and their values');
    }
  }
}

function checkKeys(written: Members, path: string, known: readonly string[], report: Report): void {
  for (const key of Object.keys(written)) {
    if (!known.includes(key)) report(`${path}.${key}`, `one of ${known.join(', ')}`);
  }
}

function areTexts(value: unknown): value is string | readonly string[] {
  return [value].flat().every((one) => typeof one === 'string') && [value].flat().length > 0;
}

function areConditionValues(value: unknown): boolean {
  return [value].flat().every((one) => ['string', 'number', 'boolean'].includes(typeof one));
}
