import { valueAt } from './event-path.ts';

export type InputTransformer = {
  /** Paths into the event, by the names that the template has for them. */
  readonly paths: Readonly<Record<string, string>>;
  readonly template: string;
};

/** What the template may name beside its own paths: texts, or whole values. */
export type TransformerFacts = {
  readonly event: unknown;
  readonly ruleArn: string;
  readonly ruleName: string;
  /** ISO 8601. */
  readonly ingestionTime: string;
};

/**
 * The template with values in place of `<name>`: JSON where they stand for themselves, their bare text where they stand
 * in a text. What the event does not have is `null`, or nothing in a text.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function transformInput({ paths, template }: InputTransformer, facts: TransformerFacts): string {
  let isInText = false;
  // Escapes, quotes and names, one after the other: only quotes that are no escapes begin or end a text.
  return template.replace(/\\.|"|<([\w.-]+)>/gs, (found, name: string | undefined) => {
    if (found === '"') isInText = !isInText;
    if (name === undefined) return found;
    const known = namedValue(name, paths, facts);
    if (known === undefined) return found;
    const { value } = known;
    if (!isInText) return JSON.stringify(value ?? null);
    if (value === undefined) return '';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return JSON.stringify(text).slice(1, -1);
  });
}

/** Undefined for what is no name: it stays as it is written. */
function namedValue(
  name: string,
  paths: InputTransformer['paths'],
  facts: TransformerFacts,
): { readonly value: unknown } | undefined {
  const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
  if (path !== undefined) return { value: valueAt(facts.event, path) };
  switch (name) {
    case 'aws.events.rule-arn':
      return { value: facts.ruleArn };
    case 'aws.events.rule-name':
      return { value: facts.ruleName };
    case 'aws.events.event.ingestion-time':
      return { value: facts.ingestionTime };
    case 'aws.events.event':
    case 'aws.events.event.json':
      return { value: facts.event };
    default:
      return undefined;
  }
}
