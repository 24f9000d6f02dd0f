import type { ApiOperation } from './api-operation.ts';

export type RestMatch = {
  readonly operation: ApiOperation;
  /** The variables of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
};

type Node = {
  readonly literals: Map<string, Node>;
  variable: Node | undefined;
  readonly operations: Map<string, { readonly operation: ApiOperation; readonly names: readonly string[] }>;
};

/**
 * The operations of REST services by method and path. A variable stands for one segment as it is on the wire, so an
 * ARN in it may have escaped slashes.
 */
export class RestPaths {
  readonly #root = emptyNode();

  /** @throws TypeError for two operations with the same method and path: they would hide each other. */
  constructor(operations: readonly ApiOperation[]) {
    for (const operation of operations) {
      if (operation.route !== undefined) this.#add(operation, operation.route);
    }
  }

  /** @param path as on the wire, without the query. */
  find(method: string, path: string): RestMatch | undefined {
    const segments = segmentsOf(path);
    const node = step(this.#root, segments, 0);
    const found = node?.operations.get(method);
    if (found === undefined) return undefined;
    const values = found.names.map((name, index) => (name === '' ? [] : [[name, segments[index] ?? '']]));
    try {
      return {
        operation: found.operation,
        path: Object.fromEntries(
          values.flat().map(([name = '', value = '']) => [name, decodeURIComponent(value)]),
        ),
      };
    } catch {
      // A broken escape names nothing that there could be.
      return undefined;
    }
  }

  #add(operation: ApiOperation, { method, path }: { readonly method: string; readonly path: string }): void {
    let node = this.#root;
    const names: string[] = [];
    for (const segment of segmentsOf(path)) {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      names.push(name ?? '');
      node = name === undefined ? literalOf(node, segment) : variableOf(node);
    }
    const other = node.operations.get(method);
    if (other !== undefined) {
      throw new TypeError(`${operation.name} and ${other.operation.name} are both at ${method} ${path}`);
    }
    node.operations.set(method, { operation, names });
  }
}

function emptyNode(): Node {
  return { literals: new Map(), variable: undefined, operations: new Map() };
}

/** A slash at the end means nothing: AWS's own models have it in some paths. */
function segmentsOf(path: string): readonly string[] {
  return path.replace(/^\/|\/$/g, '').split('/');
}

function literalOf(node: Node, segment: string): Node {
  const known = node.literals.get(segment);
  if (known !== undefined) return known;
  const made = emptyNode();
  node.literals.set(segment, made);
  return made;
}

function variableOf(node: Node): Node {
  node.variable ??= emptyNode();
  return node.variable;
}

/** Literals come first; a variable is never empty. */
function step(node: Node, segments: readonly string[], index: number): Node | undefined {
  const segment = segments[index];
  if (segment === undefined) return node.operations.size > 0 ? node : undefined;
  const literal = node.literals.get(segment);
  const found = literal === undefined ? undefined : step(literal, segments, index + 1);
  if (found !== undefined) return found;
  return node.variable === undefined || segment === '' ? undefined : step(node.variable, segments, index + 1);
}
