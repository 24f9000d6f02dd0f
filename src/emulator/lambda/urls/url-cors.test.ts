import fc from 'fast-check';
import { expect, test } from 'vitest';
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

test('settings are taken as they are', () => {
  const cors = {
    AllowCredentials: true,
    AllowHeaders: ['x-own'],
    AllowMethods: ['GET', '*'],
    AllowOrigins: [ORIGIN],
    ExposeHeaders: ['x-shown'],
    MaxAge: 86_400,
  };
  expect(readCors(cors)).toEqual(cors);
  expect(readCors({})).toEqual({});
  expect(readCors(undefined)).toBeUndefined();
});

test.each([
  'all',
  { AllowCredentials: 'yes' },
  { MaxAge: 86_401 },
  { MaxAge: -1 },
  { AllowMethods: ['TRACE'] },
  { AllowOrigins: ORIGIN },
  { AllowHeaders: ['a\r\nb: c'] },
])('%j is refused', (cors) => {
  expect(() => readCors(cors)).toThrow(
    expect.objectContaining({ statusCode: 400, type: 'ValidationException' }),
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
        cors = readCors(value);
      } catch {
        // Refused: nothing of it is ever sent.
        return;
      }
      expect(() => new Headers({ ...preflightHeaders(cors ?? {}, ORIGIN) })).not.toThrow();
    }),
  );
});
