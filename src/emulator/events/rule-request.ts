import { isObject } from '../json-object.ts';
import { Members } from '../lambda/functions/members.ts';
import { compileEventPattern, EventPatternError, type Matcher } from '../mappings/event-pattern.ts';
import { ExpressionError } from '../scheduler/expression-error.ts';
import { readRunPolicy } from '../scheduler/run-policy.ts';
import { stepsOf } from './event-path.ts';
import { eventsError, invalid } from './events-errors.ts';
import { DEFAULT_BUS, type RuleSettings, type RuleTarget, ruleTimes } from './rule.ts';

type Input = Readonly<Record<string, unknown>>;

const NAME = {
  min: 1,
  max: 64,
  pattern: { test: /^[.\-_A-Za-z0-9]+$/, text: '[\\.\\-_A-Za-z0-9]+' },
} as const;
const BUS = {
  min: 1,
  max: 1600,
  pattern: {
    test: /^[/.\-_A-Za-z0-9:]+$/,
    text: '(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus\\/)?[/\\.\\-_A-Za-z0-9]+',
  },
} as const;
const ID = NAME;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const LONGEST_PATTERN = 4_096;
const MOST_TARGETS = 5;

/** Of a rule, as `Name` or, in operations on targets, `Rule`. @throws AwsError 400 ValidationException */
export function readRuleName(
  input: Input,
  member: 'Name' | 'Rule' = 'Name',
): { readonly bus: string; readonly name: string } {
  const members = new Members(input);
  const name = members.requiredText(member, NAME);
  members.check();
  return { bus: readBusName(input), name };
}

/** By its name or its ARN. @throws AwsError 400 ValidationException */
export function readBusName(input: Input, member: 'EventBusName' | 'Name' = 'EventBusName'): string {
  const members = new Members(input);
  const name = members.text(member, BUS) ?? DEFAULT_BUS;
  members.check();
  return name.replace(/^arn:.*:event-bus\//, '');
}

/** @throws AwsError 400 ValidationException, InvalidEventPatternException */
export function readRule(input: Input, bus: string): RuleSettings {
  const members = new Members(input);
  const pattern = members.text('EventPattern', { max: LONGEST_PATTERN });
  const schedule = members.text('ScheduleExpression', { max: 256 });
  const description = members.text('Description', { max: 512 });
  const roleArn = members.text('RoleArn', { min: 1, max: 1600 });
  const state = members.choice('State', ['ENABLED', 'DISABLED']);
  members.check();
  const [hasPattern, hasSchedule] = [pattern, schedule].map((text) => text !== undefined && text !== '');
  if (hasPattern === false && hasSchedule === false) {
    throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (hasSchedule === true && bus !== DEFAULT_BUS) {
    throw invalid('ScheduleExpression is supported only on the default event bus.');
  }
  if (hasPattern === true) readPattern(pattern ?? '');
  try {
    // AWS says minute of one, and minutes of more; a rule has no single times.
    if (hasSchedule === true) {
      if (
        !/^(?:cron\(.*\)|rate\((?:1 (?:minute|hour|day)|(?!1 )\d+ (?:minutes|hours|days))\))$/.test(
          schedule ?? '',
        )
      ) {
        throw new ExpressionError('expected cron(…), or a rate such as rate(1 minute) or rate(5 minutes)');
      }
      ruleTimes(schedule ?? '', 0);
    }
    readRunPolicy(description);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw invalid(`Parameter ScheduleExpression is not valid: ${error.message}.`, error);
  }
  return {
    pattern: hasPattern === true ? pattern : undefined,
    schedule: hasSchedule === true ? schedule : undefined,
    description,
    roleArn,
    isEnabled: state !== 'DISABLED',
  };
}

/** @throws AwsError 400 InvalidEventPatternException */
export function readPattern(text: string): Matcher {
  try {
    return compileEventPattern(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof EventPatternError) && !(error instanceof SyntaxError)) throw error;
    throw eventsError(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: ${error.message}`,
      error,
    );
  }
}

/**
 * @param problemWith why a target can never be reached
 * @throws AwsError 400 ValidationException, LimitExceededException
 */
export function readTargets(
  input: Input,
  problemWith: (arn: string) => string | undefined,
): readonly RuleTarget[] {
  const { Targets: targets } = input;
  if (!Array.isArray(targets) || targets.length === 0)
    throw invalid('Parameter Targets is not valid: expected a list.');
  if (targets.length > MOST_TARGETS) {
    throw eventsError(
      'LimitExceededException',
      `The requested resource exceeds the maximum number allowed: ${MOST_TARGETS} targets.`,
    );
  }
  const read = targets.map((target, index) => readTarget(target, index, problemWith));
  const ids = new Set(read.map(({ id }) => id));
  if (ids.size < read.length) throw invalid('Parameter Targets is not valid: each Id is there once.');
  return read;
}

function readTarget(
  value: unknown,
  index: number,
  problemWith: (arn: string) => string | undefined,
): RuleTarget {
  if (!isObject(value)) throw invalid('Parameter Targets is not valid: expected structures.');
  const members = new Members(value, `targets.${index + 1}.member.`);
  const transformer = members.structure('InputTransformer');
  const target: RuleTarget = {
    id: members.requiredText('Id', ID),
    arn: members.requiredText('Arn', { min: 1, max: 1600 }),
    roleArn: members.text('RoleArn', { min: 1, max: 1600 }),
    input: members.text('Input', { max: 8192 }),
    inputPath: members.text('InputPath', { max: 256 }),
    transformer:
      transformer === undefined
        ? undefined
        : {
            paths: transformer.textMap('InputPathsMap') ?? {},
            template: transformer.requiredText('InputTemplate', { min: 1, max: 8192 }),
          },
    deadLetterArn: members.structure('DeadLetterConfig')?.text('Arn', { min: 1, max: 1600 }),
    messageGroupId: members.structure('SqsParameters')?.text('MessageGroupId'),
  };
  members.check();
  const problem = problemWith(target.arn) ?? inputProblem(target);
  if (problem !== undefined) throw invalid(`Parameter Target ${target.id} is not valid. Reason: ${problem}.`);
  return target;
}

function inputProblem({
  arn,
  input,
  inputPath,
  transformer,
  messageGroupId,
}: RuleTarget): string | undefined {
  if ([input, inputPath, transformer].filter((one) => one !== undefined).length > 1) {
    return 'Only one of Input, InputPath, or InputTransformer must be provided';
  }
  const paths = [...(inputPath === undefined ? [] : [inputPath]), ...Object.values(transformer?.paths ?? {})];
  const wrong = paths.find((path) => stepsOf(path) === undefined);
  if (wrong !== undefined) return `expected a path such as $.detail.id, found ${wrong}`;
  if (arn.endsWith('.fifo') !== (messageGroupId !== undefined)) {
    return 'MessageGroupId is needed for FIFO queues, and only for them';
  }
  if (input === undefined) return undefined;
  try {
    JSON.parse(input);
    return undefined;
  } catch {
    return 'JSON syntax error in input for target';
  }
}
