import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { IamConfig } from '../../src/emulator/identity/iam-config.ts';
import { describeAsRecorded, type RecordedCase, recordings } from '../support/recordings.ts';
import { hasCode, type Language } from './function-code.ts';
import { Replay } from './replay.ts';
import { SmallAws } from './small-aws.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;

function recordedLanguage({ steps }: RecordedCase): Language {
  const created = steps.find(({ request }) => 'api' in request && request.api === 'Lambda.CreateFunction');
  const runtime = created !== undefined && 'api' in created.request ? created.request.params.Runtime : '';
  return String(runtime).startsWith('python') ? 'python' : 'nodejs';
}

/** As recorded, with other names, and in the other language where the answer does not depend on it. */
function variantsOf(recording: RecordedCase): readonly { prefix: string; language: Language }[] {
  const language = recordedLanguage(recording);
  const own = ['orders', 'a_Much-Longer-Name_0123456789'].map((prefix) => ({ prefix, language }));
  return language === 'python' && hasCode(recording.id, 'nodejs')
    ? [...own, { prefix: 'orders', language: 'nodejs' }]
    : own;
}

/** The roles that a case makes: in the emulator they are configured. */
function rolesOf({ steps }: RecordedCase, prefix: string): IamConfig | undefined {
  const roles = steps.flatMap(({ request }) =>
    'api' in request && request.api === 'IAM.CreateRole' ? [request.params] : [],
  );
  if (roles.length === 0) return undefined;
  return {
    roles: Object.fromEntries(
      roles.map(({ RoleName, AssumeRolePolicyDocument }) => [
        String(RoleName).replace('<text>', prefix),
        { trust: JSON.parse(String(AssumeRolePolicyDocument)) },
      ]),
    ),
  };
}

const cases = (recordings ?? []).flatMap((recording) =>
  variantsOf(recording).map((variant) => ({ recording, ...variant, id: recording.id })),
);

describeAsRecorded(() => {
  test('there are all 37 cases', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(37);
  });

  for (const { recording, id, prefix, language } of cases) {
    const skipped = language === 'python' && !hasPython;
    const name = `${id}, ${language}, ${prefix}${skipped ? ' (skipped: no python)' : ''}`;
    test.skipIf(skipped)(name, { timeout: 60_000 }, async () => {
      const aws = await SmallAws.start(rolesOf(recording, prefix));
      try {
        expect(await new Replay(aws, recording, { prefix, language }).run()).toEqual([]);
      } finally {
        await aws.close();
      }
    });
  }
});
