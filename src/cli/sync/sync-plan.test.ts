import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { functionNameOf } from './handler-package.ts';
import type { Triggers } from './package-metadata.ts';
import {
  type DeployedHandler,
  type Facts,
  syncPlan,
  type UnreadablePackage,
  type WantedHandler,
} from './sync-plan.ts';

const NONE: Triggers = { routes: [], queues: [], topics: [] };

const wanted = (control: string, more: Partial<WantedHandler> = {}): WantedHandler => ({
  control,
  functionName: functionNameOf(control),
  place: control,
  version: '1.0.0',
  digest: 'one',
  triggers: NONE,
  ...more,
});
const running = (control: string, more: Partial<DeployedHandler> = {}): DeployedHandler => ({
  control,
  functionName: functionNameOf(control),
  version: '1.0.0',
  digest: 'one',
  isLive: true,
  triggers: NONE,
  ...more,
});
const plan = (facts: Partial<Facts>) =>
  syncPlan({ packages: [], unreadable: [], deployed: [], foreign: new Set(), prune: true, ...facts });
const refused = (facts: Partial<Facts>) =>
  plan(facts).refusals.map(({ place, reasons }) => [place, ...reasons] as const);

describe('the plan', () => {
  test('deploys what is new, in the order of control paths', () => {
    const packages = [wanted('b'), wanted('a')];
    expect(plan({ packages })).toEqual({
      actions: [
        { type: 'deploy', wanted: wanted('a'), was: undefined },
        { type: 'deploy', wanted: wanted('b'), was: undefined },
      ],
      refusals: [],
      kept: [],
    });
  });

  test.each<[string, Partial<DeployedHandler>]>([
    ['another content', { digest: 'two' }],
    ['an alias that somebody moved', { isLive: false }],
    ['other triggers', { triggers: { ...NONE, queues: ['orders'] } }],
    ['another control path of the same function name', { control: 'users-find' }],
  ])('replaces a handler with %s', (_name, difference) => {
    const was = running('users/find', difference);
    expect(plan({ packages: [wanted('users/find')], deployed: [was] }).actions).toEqual([
      { type: 'deploy', wanted: wanted('users/find'), was },
    ]);
  });

  test('removes what has no package, unless it is not to', () => {
    const deployed = [running('a'), running('b')];
    const packages = [wanted('b')];
    expect(plan({ packages, deployed }).actions).toEqual([{ type: 'remove', was: running('a') }]);
    expect(plan({ packages, deployed, prune: false }).actions).toEqual([]);
  });

  test('keeps what has no package while one cannot be read that may be its own', () => {
    const unreadable: UnreadablePackage[] = [{ place: 'x.zip', reasons: ['truncated'] }];
    expect(plan({ unreadable, deployed: [running('a')] })).toEqual({
      actions: [],
      refusals: [{ place: 'x.zip', control: undefined, reasons: ['truncated'] }],
      kept: [running('a')],
    });
    const named = [{ place: 'x.zip', control: 'a', reasons: ['truncated'] }];
    expect(plan({ unreadable: named, deployed: [running('a'), running('b')] })).toMatchObject({
      actions: [{ type: 'remove', was: running('b') }],
      kept: [],
    });
  });

  test.each<[string, Triggers, Triggers, string]>([
    [
      'route',
      { ...NONE, routes: ['GET /a/{id}'] },
      { ...NONE, routes: ['GET /a/{name}'] },
      'the route GET /a/{}',
    ],
    ['queue', { ...NONE, queues: ['q'] }, { ...NONE, queues: ['p', 'q'] }, 'the queue q'],
    ['topic', { ...NONE, topics: ['a/+'] }, { ...NONE, topics: ['a/+'] }, 'the topic a/+'],
  ])(
    'refuses two packages that claim one %s, both by name, and leaves others alone',
    (_name, one, other, claim) => {
      const packages = [wanted('a', { triggers: one }), wanted('b', { triggers: other }), wanted('c')];
      expect(refused({ packages })).toEqual([
        ['a', `b claims ${claim}, too`],
        ['b', `a claims ${claim}, too`],
      ]);
      expect(plan({ packages }).actions).toMatchObject([{ wanted: { control: 'c' } }]);
    },
  );

  test('refuses two packages of one control path, and of one function name', () => {
    const twice = [wanted('a/b'), wanted('a/b', { place: 'copy.zip' })];
    expect(refused({ packages: twice })).toEqual([
      ['a/b', 'copy.zip claims the control path a/b, too'],
      ['copy.zip', 'a/b claims the control path a/b, too'],
    ]);
    expect(refused({ packages: [wanted('a/b'), wanted('a-b')] })).toEqual([
      ['a/b', 'a-b claims the function name a-b, too'],
      ['a-b', 'a/b claims the function name a-b, too'],
    ]);
    // What runs goes on.
    expect(plan({ packages: twice, deployed: [running('a/b')] }).actions).toEqual([]);
  });

  test('takes routes of one path with other methods, and one that another package has given up', () => {
    const get = { ...NONE, routes: ['GET /a'] };
    const packages = [
      wanted('a'),
      wanted('b', { triggers: get }),
      wanted('c', { triggers: { ...NONE, routes: ['ANY /a'] } }),
    ];
    expect(refused({ packages, deployed: [running('a', { triggers: get })] })).toEqual([]);
  });

  test('refuses what a handler goes on serving whose own package is refused', () => {
    const get = (path: string): Triggers => ({ ...NONE, routes: [`GET ${path}`] });
    const packages = [
      wanted('a', { triggers: get('/x') }),
      wanted('b', { triggers: get('/x') }),
      wanted('c', { triggers: get('/a') }),
      wanted('d', { triggers: get('/c') }),
    ];
    const deployed = [running('a', { triggers: get('/a') }), running('c', { triggers: get('/c') })];
    expect(refused({ packages, deployed })).toEqual([
      ['a', 'b claims the route GET /x, too'],
      ['b', 'a claims the route GET /x, too'],
      ['c', 'a goes on serving the route GET /a'],
      ['d', 'c goes on serving the route GET /c'],
    ]);
  });

  test('refuses what an unreadable package claims, too', () => {
    const unreadable = [{ place: 'copy', control: 'a/b', reasons: ['bad'] }];
    expect(refused({ packages: [wanted('a/b'), wanted('a-b')], unreadable })).toEqual([
      ['copy', 'bad'],
      ['a/b', 'copy claims the control path a/b, too', 'a-b claims the function name a-b, too'],
      ['a-b', 'copy claims the function name a-b, too', 'a/b claims the function name a-b, too'],
    ]);
  });

  test('leaves functions of others alone', () => {
    expect(refused({ packages: [wanted('a')], foreign: new Set(['a']) })).toEqual([
      ['a', 'the function a is there and is not of this source'],
    ]);
  });
});

describe('for any store, and whatever is deployed,', () => {
  const names = fc.constantFrom('a', 'b', 'a/b', 'a-b', 'c');
  const triggers = fc.record({
    routes: fc.subarray(['GET /x', 'GET /{id}', 'GET /{name}']),
    queues: fc.subarray(['p', 'q']),
    topics: fc.subarray(['t/+']),
  });
  const digest = fc.constantFrom('one', 'two');
  const packages = fc.array(
    fc
      .record({ control: names, digest, triggers, place: fc.uuid() })
      .map(({ control, ...more }) => wanted(control, more)),
    { maxLength: 6 },
  );
  const deployed = fc.uniqueArray(
    fc
      .record({ control: names, digest, triggers, isLive: fc.boolean() })
      .map(({ control, ...more }) => running(control, more)),
    { selector: ({ functionName }) => functionName },
  );
  const unreadable = fc.array(
    fc.record(
      { place: fc.uuid(), control: names, reasons: fc.constant(['bad']) },
      { requiredKeys: ['place', 'reasons'] },
    ),
    { maxLength: 1 },
  );
  const facts = fc.record({
    packages,
    unreadable,
    deployed,
    foreign: fc.subarray(['c']).map((each) => new Set(each)),
    prune: fc.boolean(),
  });

  /** What is deployed after a plan. */
  const applied = ({ deployed: before, ...given }: Facts): Facts => {
    const after = new Map(before.map((each) => [each.functionName, each]));
    for (const action of syncPlan({ deployed: before, ...given }).actions) {
      if (action.type === 'remove') after.delete(action.was.functionName);
      else {
        const { place: _place, ...handler } = action.wanted;
        after.set(handler.functionName, { ...handler, isLive: true });
      }
    }
    return { ...given, deployed: [...after.values()] };
  };

  test('a plan that was carried out leaves nothing to do', () => {
    fc.assert(
      fc.property(facts, (given) => {
        expect(syncPlan(applied(given)).actions).toEqual([]);
      }),
    );
  });

  test('each package is deployed, as it should be, or refused, and no two are both', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { actions, refusals } = syncPlan(given);
        const places = refusals.map(({ place }) => place);
        const after = new Map(applied(given).deployed.map((each) => [each.functionName, each]));
        for (const each of given.packages) {
          if (places.includes(each.place)) continue;
          expect(after.get(each.functionName)).toMatchObject({ control: each.control, digest: each.digest });
        }
        const deploys = actions.flatMap((action) => (action.type === 'deploy' ? [action.wanted] : []));
        expect(deploys.filter(({ place }) => places.includes(place))).toEqual([]);
        // What one action makes no other one removes.
        const functions = actions.map(
          (action) => (action.type === 'deploy' ? action.wanted : action.was).functionName,
        );
        expect(new Set(functions).size).toBe(functions.length);
      }),
    );
  });

  test('what is deployed anew shares no trigger with what goes on running', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const taken = applied(given).deployed.filter(({ isLive }) => isLive);
        const fresh = syncPlan(given).actions.flatMap((action) =>
          action.type === 'deploy' ? [action.wanted] : [],
        );
        for (const one of fresh) {
          for (const other of taken.filter(({ functionName }) => functionName !== one.functionName)) {
            expect(other.triggers.queues.filter((queue) => one.triggers.queues.includes(queue))).toEqual([]);
          }
        }
      }),
    );
  });
});
