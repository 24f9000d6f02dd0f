import { isObject } from '../../json-object.ts';

const BODY = /\$\{request\.body\.([^}]+)\}|\$request\.body\.([\w.-]+)|\$\{?request\.body\}?/g;

/**
 * The route key that an expression gives for a message: `$request.body.action`, or text with `${request.body.type}` in
 * it. Undefined where the message is no JSON, or has nothing there: the route `$default` gets it.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
 */
export function selectedRoute(expression: string, message: string): string | undefined {
  let body: unknown;
  try {
    body = JSON.parse(message);
  } catch {
    // "Non-JSON messages are sent to $default."
    return undefined;
  }
  let isWhole = true;
  const key = expression.replaceAll(BODY, (_, braced?: string, plain?: string) => {
    const value = valueAt(body, (braced ?? plain ?? '').split('.'));
    isWhole &&= value !== undefined;
    return value ?? '';
  });
  return isWhole && key !== '' ? key : undefined;
}

function valueAt(value: unknown, [name, ...rest]: readonly string[]): string | undefined {
  if (name === undefined || name === '') {
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
  }
  return isObject(value) && Object.hasOwn(value, name) ? valueAt(value[name], rest) : undefined;
}
