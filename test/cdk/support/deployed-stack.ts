import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Resource = {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
};

type Template = {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: string }>>;
};

type AssetManifest = {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
};

export type StackPlace = { readonly account: string; readonly region: string; readonly iotEndpoint: string };

/** What a random suffix of CloudFormation looks like. */
const SUFFIX = 'XVbT7sTqGrW4';
/** Lambda's and IAM's limit, without two hyphens and the suffix. */
const NAME_ROOM = 64 - 2 - SUFFIX.length;

/**
 * What CloudFormation makes of a template, as far as functions and their roles need it: names, references, and the
 * folders that its assets were made from.
 */
export class DeployedStack {
  readonly #file: string;
  readonly #template: Template;
  readonly #place: StackPlace;
  readonly #parameters: Readonly<Record<string, unknown>>;
  readonly name: string;

  /** @param file absolute, of `*.template.json` in `cdk.out` or below. */
  constructor(
    file: string,
    options: StackPlace & { readonly name: string; readonly parameters?: Readonly<Record<string, unknown>> },
  ) {
    this.#file = file;
    this.#template = JSON.parse(readFileSync(file, 'utf8')) as Template;
    this.#place = options;
    this.#parameters = options.parameters ?? {};
    this.name = options.name;
  }

  get region(): string {
    return this.#place.region;
  }

  /** The logical id of the only resource of this type whose logical id begins like this. */
  logicalId(type: string, beginning: string): string {
    const found = Object.keys(this.#template.Resources).filter(
      (id) => id.startsWith(beginning) && this.resource(id).Type === type,
    );
    const [id] = found;
    if (id === undefined || found.length > 1)
      throw new Error(
        `expected one ${type} that begins with ${beginning} in ${this.#file}, got ${found.length}`,
      );
    return id;
  }

  resource(logicalId: string): Resource {
    const resource = this.#template.Resources[logicalId];
    if (resource === undefined) throw new Error(`no resource ${logicalId} in ${this.#file}`);
    return resource;
  }

  resourcesOf(type: string): Resource[] {
    return Object.values(this.#template.Resources).filter((resource) => resource.Type === type);
  }

  /** The nested stack whose logical id begins like this, with what its parent gives it. */
  nested(beginning: string): DeployedStack {
    const id = this.logicalId('AWS::CloudFormation::Stack', beginning);
    const { Properties = {}, Metadata = {} } = this.resource(id);
    return new DeployedStack(join(dirname(this.#file), String(Metadata['aws:asset:path'])), {
      ...this.#place,
      name: `${this.name}-${id}-${SUFFIX}`,
      parameters: this.resolve(Properties.Parameters ?? {}) as Readonly<Record<string, unknown>>,
    });
  }

  /** The name that CloudFormation gives a function or a role. */
  physicalName(logicalId: string): string {
    const { Properties = {} } = this.resource(logicalId);
    const given = Properties.FunctionName ?? Properties.RoleName;
    if (given !== undefined) return String(this.resolve(given));
    // Both parts are cut where they are too long: https://github.com/convox/rack/issues/2297 shows such a name.
    const half = NAME_ROOM / 2;
    const stack = this.name.slice(0, Math.max(half, NAME_ROOM - logicalId.length));
    return `${stack}-${logicalId.slice(0, NAME_ROOM - stack.length)}-${SUFFIX}`;
  }

  /** The folder, or the text of the code, that a function's or layer's asset is made from. */
  asset({ S3Key, ZipFile }: { readonly S3Key?: unknown; readonly ZipFile?: string }): AssetContent {
    if (ZipFile !== undefined) return { type: 'inline', text: ZipFile };
    return { type: 'folder', path: this.#staged(String(this.resolve(S3Key)).replace(/\.zip$/, '')) };
  }

  /** Stages share what was staged for the app: only the manifest of a stack's assets says where that is. */
  #staged(hash: string): string {
    const folder = dirname(this.#file);
    const manifests = readdirSync(folder).filter((name) => name.endsWith('.assets.json'));
    for (const name of manifests) {
      const { files } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as AssetManifest;
      const path = files[hash]?.source.path;
      if (path !== undefined) return join(folder, path);
    }
    throw new Error(`no asset ${hash} in ${folder}`);
  }

  /** A value without intrinsic functions. */
  resolve(value: unknown): unknown {
    if (Array.isArray(value))
      return value.map((each) => this.resolve(each)).filter((each) => each !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [[name, argument] = []] = entries;
    if (entries.length === 1 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::')))
      return this.#intrinsic(name, argument);
    return Object.fromEntries(
      entries.map(([key, each]) => [key, this.resolve(each)]).filter(([, each]) => each !== undefined),
    );
  }

  #intrinsic(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.#reference(String(argument));
      case 'Fn::GetAtt': {
        const [id = '', ...attribute] =
          typeof argument === 'string' ? argument.split('.') : (argument as string[]);
        return this.#attribute(id, attribute.join('.'));
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        return (this.resolve(parts) as unknown[]).join(separator);
      }
      case 'Fn::Sub':
        return String(argument).replaceAll(/\$\{([^}]+)\}/g, (_, reference: string) =>
          String(this.#reference(reference)),
        );
      case 'Fn::Select': {
        const [index, list] = this.resolve(argument) as [number | string, unknown[]];
        return list[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = this.resolve(argument) as [string, string];
        return text.split(separator);
      }
      default:
        throw new Error(`no ${name} in this CloudFormation: ${this.#file}`);
    }
  }

  #reference(name: string): unknown {
    const { account, region } = this.#place;
    const pseudo: Readonly<Record<string, string | undefined>> = {
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': this.name,
      'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${this.name}/0`,
      'AWS::NoValue': undefined,
    };
    if (name in pseudo) return pseudo[name];
    if (name in this.#parameters) return this.#parameters[name];
    const parameter = this.#template.Parameters?.[name];
    return parameter === undefined ? this.physicalName(name) : parameter.Default;
  }

  #attribute(logicalId: string, attribute: string): string {
    const { account, region, iotEndpoint } = this.#place;
    const { Type } = this.resource(logicalId);
    const name = this.physicalName(logicalId);
    if (Type === 'AWS::Lambda::Function') return `arn:aws:lambda:${region}:${account}:function:${name}`;
    if (Type === 'AWS::IAM::Role') return `arn:aws:iam::${account}:role/${name}`;
    if (Type.startsWith('Custom::') && attribute === 'endpointAddress') return iotEndpoint;
    return `${name}.${attribute}`;
  }
}

export type AssetContent =
  | { readonly type: 'folder'; readonly path: string }
  | { readonly type: 'inline'; readonly text: string };
