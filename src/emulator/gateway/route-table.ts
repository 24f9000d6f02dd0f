import { DEFAULT_ROUTE, type GatewayRoute } from './api-definition.ts';

export type RouteMatch = {
  readonly route: GatewayRoute;
  /** Of the path's variables, decoded; of a REST API as on the wire. */
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The path of the route's key: `/orders/{id}`. */
  readonly resourcePath: string;
};

type Target = {
  readonly route: GatewayRoute;
  readonly resourcePath: string;
  /** Of the variables, in the order of their segments. */
  readonly names: readonly string[];
};

type Node = {
  readonly literals: Map<string, Node>;
  variable: Node | undefined;
  /** Behind a variable that takes all the rest. */
  greedy: Node | undefined;
  /** By method. */
  readonly targets: Map<string, Target>;
};

/** What `ANY` stands for: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html */
const METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
const VARIABLE = /^\{([^{}+]+)\}$/;
const GREEDY = /^\{([^{}+]+)\+\}$/;

/**
 * The routes of an HTTP or a REST API by method and path; the more literal a path is, the earlier it counts, from its
 * first segment on.
 *
 * An HTTP API looks further where a path fits and its methods do not; a REST API has then found its resource.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 */
export class RouteTable {
  readonly #root = emptyNode();
  readonly #isRest: boolean;
  #default: GatewayRoute | undefined;

  /** Of two routes with one key the first counts. */
  constructor(routes: readonly GatewayRoute[], protocol: 'HTTP' | 'REST') {
    this.#isRest = protocol === 'REST';
    for (const route of routes) {
      if (route.key === DEFAULT_ROUTE) this.#default ??= route;
      else this.#add(route);
    }
  }

  /** @param path as on the wire, without stage and query; one that cannot be decoded fits no variable of an HTTP API. */
  find(method: string, path: string): RouteMatch | undefined {
    const segments = segmentsOf(path, this.#isRest);
    const found = this.#step(this.#root, method, segments, 0, []);
    if (found !== undefined) return matchOf(found.target, found.values, this.#isRest);
    return this.#default && { route: this.#default, pathParameters: {}, resourcePath: DEFAULT_ROUTE };
  }

  #add(route: GatewayRoute): void {
    const space = route.key.indexOf(' ');
    const method = route.key.slice(0, space);
    const resourcePath = route.key.slice(space + 1);
    let node = this.#root;
    const names: string[] = [];
    for (const segment of segmentsOf(resourcePath, this.#isRest)) {
      const greedy = GREEDY.exec(segment)?.[1];
      const variable = VARIABLE.exec(segment)?.[1];
      if (greedy !== undefined) {
        node.greedy ??= emptyNode();
        node = node.greedy;
        names.push(greedy);
      } else if (variable !== undefined) {
        node.variable ??= emptyNode();
        node = node.variable;
        names.push(variable);
      } else {
        node = literalOf(node, segment);
      }
    }
    if (!node.targets.has(method)) node.targets.set(method, { route, resourcePath, names });
  }

  #step(
    node: Node,
    method: string,
    segments: readonly string[],
    index: number,
    values: readonly string[],
  ): Found | undefined {
    const segment = segments[index];
    if (segment === undefined) return this.#targetAt(node, method, values);
    const literal = node.literals.get(segment);
    const byLiteral = literal && this.#step(literal, method, segments, index + 1, values);
    if (byLiteral !== undefined) return byLiteral;
    if (node.variable !== undefined && segment !== '') {
      const found = this.#step(node.variable, method, segments, index + 1, [...values, segment]);
      if (found !== undefined) return found;
    }
    if (node.greedy === undefined) return undefined;
    const rest = segments.slice(index).join('/');
    if (rest === '') return undefined;
    return this.#targetAt(node.greedy, method, [...values, rest]);
  }

  #targetAt({ targets }: Node, method: string, values: readonly string[]): Found | undefined {
    const target = targets.get(method) ?? (METHODS.has(method) ? targets.get('ANY') : undefined);
    if (target !== undefined) return { target, values };
    return this.#isRest && targets.size > 0 ? { target: undefined, values } : undefined;
  }
}

/** Without a target: a resource of a REST API that does not have the method. */
type Found = { readonly target: Target | undefined; readonly values: readonly string[] };

function matchOf(
  target: Target | undefined,
  values: readonly string[],
  isRest: boolean,
): RouteMatch | undefined {
  if (target === undefined) return undefined;
  const { route, resourcePath, names } = target;
  // https://github.com/serverless/serverless/issues/5037
  const decode = isRest ? (value: string) => value : decodeURIComponent;
  try {
    const pathParameters = Object.fromEntries(
      names.map((name, index) => [name, decode(values[index] ?? '')]),
    );
    return { route, pathParameters, resourcePath };
  } catch {
    // A broken escape is no value that a handler could be given.
    return undefined;
  }
}

function emptyNode(): Node {
  return { literals: new Map(), variable: undefined, greedy: undefined, targets: new Map() };
}

function literalOf(node: Node, segment: string): Node {
  const known = node.literals.get(segment);
  if (known !== undefined) return known;
  const made = emptyNode();
  node.literals.set(segment, made);
  return made;
}

/** To a REST API a slash at the end means nothing; to an HTTP API it is another path. */
function segmentsOf(path: string, isRest: boolean): readonly string[] {
  const inner = path.replace(/^\//, '');
  return (isRest ? inner.replace(/\/$/, '') : inner).split('/');
}
