import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Members } from '../functions/members.ts';
import { allowsOrigin, corsHeaders, isPreflight, preflightHeaders, readCors } from './url-cors.ts';

const ORIGIN = 'https://shop.example';

test('an origin is allowed by its name, or by *', () => {
  expect(allowsOrigin({ AllowOrigins: [ORIGIN] }, 'https://SHOP.example')).toBe(true);
  expect(allowsOrigin({ AllowOrigins: ['*'] }, 'https://any.example')).toBe(true);
  expect(allowsOrigin({ AllowOrigins: [ORIGIN] }, 'http://shop.example')).toBe(false);
  expect(allowsOrigin({}, ORIGIN)).toBe(false);
  expect(allowsOrigin(undefined, ORIGIN)).toBe(false);
});

test('the answer names the origin even where all are allowed: browsers refuse * with credentials', () => {
  expect(corsHeaders({ AllowOrigins: ['*'], AllowCredentials: true }, ORIGIN)).toEqual({
    'access-control-allow-origin': ORIGIN,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  });
});

test('an origin that is not allowed is told nothing', () => {
  const cors = { AllowOrigins: [ORIGIN], AllowMethods: ['GET'], MaxAge: 1 };
  expect(corsHeaders(cors, 'https://evil.example')).toEqual({});
  expect(preflightHeaders(cors, 'https://evil.example')).toEqual({});
});

test('a preflight is an OPTIONS that a browser sends, and no other', () => {
  const headers = { origin: ORIGIN, 'access-control-request-method': 'PUT' };
  expect(isPreflight('OPTIONS', headers)).toBe(true);
  expect(isPreflight('GET', headers)).toBe(false);
  expect(isPreflight('OPTIONS', { origin: ORIGIN })).toBe(false);
});

function corsOf(Cors: unknown): ReturnType<typeof readCors> {
  const members = new Members({ Cors });
  const cors = readCors(members);
  members.check();
  return cors;
}

test('settings are taken as they are', () => {
  const cors = {
    AllowCredentials: true,
    AllowHeaders: ['x-own'],
    AllowMethods: ['GET', '*'],
    AllowOrigins: [ORIGIN],
    ExposeHeaders: ['x-shown'],
    MaxAge: 86_400,
  };
  expect(corsOf(cors)).toEqual(cors);
  expect(corsOf({})).toEqual({});
  expect(corsOf(undefined)).toBeUndefined();
});

test.each([
  ['all', 'SerializationException'],
  [{ AllowCredentials: 'yes' }, 'SerializationException'],
  [{ AllowOrigins: ORIGIN }, 'SerializationException'],
  [{ MaxAge: 86_401 }, 'ValidationException'],
  [{ MaxAge: -1 }, 'ValidationException'],
  [{ AllowMethods: ['TRACE'] }, 'ValidationException'],
  [{ AllowHeaders: ['a\r\nb: c'] }, 'ValidationException'],
])('%j is refused', (cors, type) => {
  expect(() => corsOf(cors)).toThrow(expect.objectContaining({ statusCode: 400, type }));
});

test('all that is wrong is told at once', () => {
  expect(() => corsOf({ MaxAge: -1, AllowMethods: ['TRACE'] })).toThrow(
    "ValidationException: 2 validation errors detected: Value '[TRACE]' at 'cors.allowMethods' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [GET, PUT, HEAD, POST, PATCH, DELETE, *]]; Value '-1' at 'cors.maxAge' failed to satisfy constraint: Member must have value greater than or equal to 0",
  );
});

test('whatever settings are taken, headers of them can be sent', () => {
  const text = fc.oneof(fc.string(), fc.constant(ORIGIN), fc.constant('*'));
  const given = fc.record(
    { AllowOrigins: fc.array(text), AllowHeaders: fc.array(text), ExposeHeaders: fc.array(text) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(given, (value) => {
      let cors: ReturnType<typeof readCors>;
      try {
        cors = corsOf(value);
      } catch {
        // Refused: nothing of it is ever sent.
        return;
      }
      expect(() => new Headers({ ...preflightHeaders(cors ?? {}, ORIGIN) })).not.toThrow();
    }),
  );
});
