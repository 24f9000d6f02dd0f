import { type Check, type Finding, fail, ok, warn } from './check.ts';
import type { DoctorSetup } from './setup.ts';

const WARN_SKEW_MS = 30_000;
/** Signature Version 4 of most services bears 5 minutes. https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html */
const FAIL_SKEW_MS = 5 * 60_000;

/** Who the developer is for AWS, and where. */
export function accountChecks(setup: DoctorSetup): readonly Check[] {
  const { emulator } = setup;
  const emulatorChecks: readonly Check[] =
    emulator === undefined
      ? []
      : [
          {
            id: 'emulator',
            title: 'Emulator',
            needs: [],
            async run(facts) {
              const state = await emulator();
              facts.learn('emulator', state);
              return ok(`${state.endpoint}, account ${state.account}`);
            },
          },
        ];
  const there = emulatorChecks.map(({ id }) => id);
  return [
    ...emulatorChecks,
    {
      id: 'region',
      title: 'Region',
      needs: there,
      async run(facts) {
        const region = facts.find('emulator')?.region ?? (await setup.region());
        facts.learn('region', region);
        return ok(region);
      },
    },
    {
      id: 'credentials',
      title: 'Credentials',
      needs: ['region'],
      async run(facts) {
        const { provider, source } = await setup.credentials(facts.get('region'), facts.find('emulator'));
        const { expiration } = await provider();
        facts.learn('credentials', provider);
        return ok(expiration === undefined ? source : `${source}, until ${expiration.toISOString()}`);
      },
    },
    {
      id: 'clock',
      title: 'Clock',
      needs: ['region'],
      async run(facts, signal) {
        // Needs no credentials: a wrong clock is one of the reasons why they are refused.
        const aws = await setup.openAws(facts.get('region'), noCredentials);
        try {
          return judgeSkew(await aws.clockSkewMs(signal));
        } finally {
          aws.close();
        }
      },
    },
    {
      id: 'identity',
      title: 'Identity',
      needs: ['credentials'],
      async run(facts, signal) {
        const aws = await setup.openAws(facts.get('region'), facts.get('credentials'));
        facts.closeLater(() => aws.close());
        facts.learn('aws', aws);
        const identity = await aws.identity(signal);
        facts.learn('identity', identity);
        return judgeIdentity(identity.arn, emulator !== undefined);
      },
    },
  ];
}

async function noCredentials(): Promise<never> {
  throw new Error('expected a call that needs no credentials');
}

export function judgeSkew(skewMs: number): Finding {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const shown = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  const found = `${shown} ${skewMs > 0 ? 'ahead of' : 'behind'} AWS`;
  const mend = 'Set the clock: sudo timedatectl set-ntp true (macOS: sudo sntp -sS time.apple.com)';
  if (Math.abs(skewMs) > FAIL_SKEW_MS) {
    return fail(
      'LLX_CREDENTIALS_REFUSED',
      `expected at most 5 min from AWS’s clock, found ${found}: signatures are refused`,
      mend,
    );
  }
  if (Math.abs(skewMs) > WARN_SKEW_MS) return warn(found, mend);
  return ok(seconds <= 1 ? 'agrees with AWS' : found);
}

function judgeIdentity(arn: string, inEmulator: boolean): Finding {
  if (!arn.endsWith(':root') || inEmulator) return ok(arn);
  return warn(
    `${arn}: the account’s root may do everything, and cannot assume a role`,
    'Use a user or role of your own: aws configure sso',
  );
}
