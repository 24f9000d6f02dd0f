import { type Check, memberPath, object, record, text } from '../../checks/check.ts';
import type { ConfiguredTopicRule } from '../../emulator/iot/rules/topic-rule.ts';
import type { Manifest } from '../../manifest/manifest.ts';

export type TopicRuleConfig = {
  /** `SELECT temperature FROM 'sensors/+/data' WHERE temperature > 30` */
  readonly sql: string;
  /** Name of the function that it invokes. */
  readonly function: string;
};

export type IotConfig = {
  /** By name. They are there offline and in the emulator; in AWS they come from your infrastructure. */
  readonly rules?: Readonly<Record<string, TopicRuleConfig>>;
};

const ruleFields = object(
  {
    sql: text("a statement such as SELECT * FROM 'sensors/+/data'", (written) =>
      /^\s*select\s.*\sfrom\s+'/is.test(written),
    ),
    function: text('the name of a function', (written) => written !== ''),
  },
  "an object such as { sql: \"SELECT * FROM 'sensors/+/data'\", function: 'hello' }",
  ['sql', 'function'],
);

const checkRule: Check<TopicRuleConfig> = (written, path, problems) => {
  const { sql, function: functionName } = ruleFields(written, path, problems) ?? {};
  return sql === undefined || functionName === undefined ? undefined : { sql, function: functionName };
};

const rules: Check<NonNullable<IotConfig['rules']>> = (written, path, problems) => {
  const entries = record(checkRule, 'an object of rules', (name, at, found) => {
    if (!/^[a-zA-Z0-9_]{1,128}$/.test(name))
      found.push(`${memberPath(at, name)}: expected a rule’s name of 1 to 128 letters, digits or _.`);
  })(written, path, problems);
  return entries && Object.fromEntries(entries);
};

/** `iot` */
export const checkIot: Check<IotConfig> = object({ rules }, 'an object such as { rules: { … } }');

/**
 * The IoT rules of a project: those of its app, whose names are the functions', and those that it says itself.
 *
 * @param functionNames that there are: rules of others invoke nobody
 */
export function topicRules(
  config: IotConfig | undefined,
  manifest: Manifest | undefined,
  functionNames: readonly string[],
): readonly ConfiguredTopicRule[] {
  const known = (manifest?.functions ?? []).filter(({ name }) => functionNames.includes(name));
  const ofApp = known.flatMap(({ name, sources }) =>
    sources
      .flatMap((source) => (source.type === 'iot' ? [source.sql] : []))
      .map((sql, index) => ({ name: ruleName(name, index), sql, functionName: name })),
  );
  const own = Object.entries(config?.rules ?? {}).map(([name, rule]) => ({
    name,
    sql: rule.sql,
    functionName: rule.function,
  }));
  return [...ofApp, ...own];
}

/** A function's name may have what a rule's may not. */
function ruleName(functionName: string, index: number): string {
  const name = functionName.replace(/[^a-zA-Z0-9_]/g, '_');
  return index === 0 ? name : `${name}_${index + 1}`;
}
