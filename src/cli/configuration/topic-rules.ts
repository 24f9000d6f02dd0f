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
  const own = Object.entries(config?.rules ?? {}).map(([name, rule]) => ({
    name,
    sql: rule.sql,
    functionName: rule.function,
  }));
  const taken = new Set(own.map(({ name }) => name));
  const known = (manifest?.functions ?? []).filter(({ name }) => functionNames.includes(name));
  const ofApp = known.flatMap(({ name: functionName, sources }) =>
    sources
      .flatMap((source) => (source.type === 'iot' ? [source.sql] : []))
      .map((sql) => ({ name: ruleName(functionName, taken), sql, functionName })),
  );
  return [...ofApp, ...own];
}

/** A function's name may have what a rule's may not, and two of them may differ in nothing else. */
function ruleName(functionName: string, taken: Set<string>): string {
  const plain = functionName.replace(/[^a-zA-Z0-9_]/g, '_').slice(0, 120);
  let name = plain;
  for (let count = 2; taken.has(name); count += 1) name = `${plain}_${count}`;
  taken.add(name);
  return name;
}
