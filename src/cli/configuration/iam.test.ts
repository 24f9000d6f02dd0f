import { describe, expect, test } from 'vitest';
import { checkConfig } from './check-config.ts';

const functions = { orders: { handler: 'src/orders.handler', role: 'orders' } };
const everything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const alice = { accessKeys: [{ id: 'AKIAALICE00000000000', secret: 'the secret of alice' }] };

describe('iam', () => {
  test('may name users, roles and their policies', () => {
    const iam = {
      users: { alice: { ...alice, policies: [everything] }, bob: { accessKeys: [] } },
      roles: {
        orders: {
          trust: {
            Statement: [{ Effect: 'Allow', Principal: { Service: 'a' }, Action: 'sts:AssumeRole' }],
          },
          policies: [everything],
          maxSessionSeconds: 7200,
        },
      },
    };
    expect(checkConfig({ functions, iam })).toEqual({ config: { functions, iam }, problems: [] });
  });

  test.each([
    [{ groups: {} }, 'iam.groups: expected one of users, roles, found an unknown key.'],
    [{ users: [] }, 'iam.users: expected an object of users, found a list.'],
    [
      { users: { 'a b': alice } },
      'iam.users["a b"]: expected a name of 1 to 64 letters, digits or any of _+=,.@-.',
    ],
    [
      { users: { a: {} } },
      'iam.users.a.accessKeys: expected a list of keys such as { id, secret }, found nothing.',
    ],
    [
      { roles: { orders: { maxSessionSeconds: 900 } } },
      'iam.roles.orders.maxSessionSeconds: expected a whole number from 3600 to 43200 (seconds), found the number 900.',
    ],
    [
      { roles: { orders: { policies: [{ ...everything, Statement: { Effect: 'Allow', Action: '*' } }] } } },
      'iam.roles.orders.policies[0].Statement: expected either Resource or NotResource.',
    ],
    [
      { roles: { orders: { trust: everything } } },
      'iam.roles.orders.trust.Statement.Resource: expected one of Sid, Effect, Action, NotAction, Condition, Principal.',
      "iam.roles.orders.trust.Statement.Principal: expected '*' or an object such as { AWS: '123456789012' }.",
    ],
  ])('%j is told what is wrong', (iam, ...problems) => {
    expect(checkConfig({ functions, iam }).problems).toEqual(problems);
  });

  test('never repeats what may be a secret', () => {
    const keys = [
      { id: 'short', secret: 'short' },
      { id: 'ASIATEMPORARY0000000', secret: 12345 },
      { id: 'AKIAALICE00000000000' },
    ];
    expect(checkConfig({ functions, iam: { users: { alice: { accessKeys: keys } } } }).problems).toEqual([
      'iam.users.alice.accessKeys[0].id: expected a key id of 16 to 128 letters, digits or _, which does not begin with ASIA, found another string.',
      'iam.users.alice.accessKeys[0].secret: expected a secret of at least 16 characters, found another string.',
      'iam.users.alice.accessKeys[1].id: expected a key id of 16 to 128 letters, digits or _, which does not begin with ASIA, found another string.',
      'iam.users.alice.accessKeys[1].secret: expected a secret of at least 16 characters, found another number.',
      'iam.users.alice.accessKeys[2].secret: expected a secret of at least 16 characters, found nothing.',
    ]);
  });
});

describe('the role of a function', () => {
  const roleProblems = (role: unknown, iam?: unknown) =>
    checkConfig({ functions: { orders: { handler: 'a.b', role } }, iam }).problems;

  test('is a name or an ARN', () => {
    expect(roleProblems('orders')).toEqual([]);
    expect(roleProblems('arn:aws:iam::123456789012:role/service-role/orders', { roles: {} })).toEqual([]);
    expect(roleProblems('arn:aws:iam::123456789012:user/orders')).toEqual([
      "functions.orders.role: expected a role's name, or its ARN such as 'arn:aws:iam::123456789012:role/orders', found \"arn:aws:iam::123456789012:user/orders\".",
    ]);
  });

  test('is one of those that are described, where some are', () => {
    const iam = { roles: { orders: {}, prices: {} } };
    expect(roleProblems('orders', iam)).toEqual([]);
    expect(roleProblems('ordres', iam)).toEqual([
      'functions.orders.role: expected a role of iam.roles (orders, prices), found "ordres". Did you mean orders?',
    ]);
  });
});
