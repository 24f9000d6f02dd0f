import { readFileSync } from 'node:fs';

/** A CloudFormation template as far as it is read here; what is not an object of its kind is left out. */
export type Template = {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly mappings: Readonly<Record<string, unknown>>;
};

export type Resource = {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
};

/** @throws the error of the file system, or a SyntaxError. */
export function readTemplate(file: string): Template {
  return parseTemplate(JSON.parse(readFileSync(file, 'utf8')));
}

export function parseTemplate(written: unknown): Template {
  const resources = Object.entries(members(members(written).Resources));
  return {
    mappings: members(members(written).Mappings),
    resources: new Map(
      resources.map(([id, one]) => {
        const { Type, Properties } = members(one);
        return [id, { type: text(Type) ?? '', properties: members(Properties) }];
      }),
    ),
  };
}

/** The members of an object; none of anything else. */
export function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The texts that a value may become: one that is looked up by region has some. */
export function possibleTexts(value: unknown, { mappings }: Template): readonly string[] {
  const literal = text(value);
  if (literal !== undefined) return [literal];
  const [map, , key] = items(members(value)['Fn::FindInMap']).map(String);
  if (map === undefined || key === undefined) return [];
  return Object.values(members(mappings[map])).flatMap((one) => text(members(one)[key]) ?? []);
}

/** The logical ids that a value refers to, by Ref, Fn::GetAtt and Fn::Sub, in the order in which they stand. */
export function references(value: unknown): readonly string[] {
  return [...render(value).matchAll(REFERENCE)].map(([, id = '']) => id);
}

const REFERENCE = /\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}/g;

/**
 * A value as the text that CloudFormation makes of it, each reference as `${LogicalId}` or `${LogicalId.Attribute}`, as
 * in Fn::Sub. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function render(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  if (Array.isArray(value)) return value.map(render).join(',');
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join, 'Fn::Sub': substitute } = members(value);
  if (typeof Ref === 'string') return `\${${Ref}}`;
  if (attribute !== undefined) return `\${${Array.isArray(attribute) ? attribute.join('.') : attribute}}`;
  if (Array.isArray(join)) return items(join[1]).map(render).join(render(join[0]));
  if (substitute !== undefined)
    return Array.isArray(substitute) ? substituted(substitute) : render(substitute);
  return Object.values(value).map(render).join(',');
}

function substituted([pattern, variables]: readonly unknown[]): string {
  const known = members(variables);
  return render(pattern).replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) =>
    Object.hasOwn(known, name) ? render(known[name]) : whole,
  );
}
