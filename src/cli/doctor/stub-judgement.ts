import type { DeployedConfiguration } from '../live/aws-access.ts';
import { type Finding, fail, ok } from './check.ts';

/** What the stub's environment has to say about the broker. An undefined value: any. */
export type ExpectedBroker = {
  readonly variable: 'LLX_IOT_ENDPOINT' | 'LLX_BROKER_URL';
  readonly value: string | undefined;
  readonly account: string;
};

/**
 * Whether the stub stands in front of a function, and goes to the broker that the session goes to.
 *
 * @param broker undefined: whichever, as in an emulator
 */
export function judgeStub(
  name: string,
  deployed: DeployedConfiguration,
  broker: ExpectedBroker | undefined,
): Finding {
  const { environment, handler = '' } = deployed;
  const original = environment.LLX_HANDLER;
  const isStub = /(?:^|\/)llx\/index\.handler$/.test(handler);
  if (isStub && original !== undefined) {
    return broker === undefined ? ok(`in front of ${original}`) : judgeSettings(name, environment, broker);
  }
  if (broker === undefined) {
    return fail(
      'LLX_CONFIG_INVALID',
      'expected a stub in front of it, found an emulator without stubs: no invocation comes to this machine',
      'Start it without --no-stub: llx emulator',
    );
  }
  if (isStub) {
    return fail(
      'LLX_CONFIG_INVALID',
      `expected LLX_HANDLER in its environment, found the stub (${handler}) without it: it has no handler to run`,
      settingsCommand(name, `LLX_HANDLER=<file>.<export>,${settings(broker)}`),
    );
  }
  const found =
    original === undefined ? handler || 'no handler setting' : `${handler}, with LLX_HANDLER left over`;
  return fail(
    'LLX_CONFIG_INVALID',
    `expected the stub as its handler (/opt/llx/index.handler), found ${found}: no invocation comes to this machine`,
    `${settingsCommand(name, `LLX_HANDLER=${original ?? handler},${settings(broker)}`)} --handler /opt/llx/index.handler --layers <the llx layer>\nStep by step: docs/live.md`,
  );
}

function judgeSettings(
  name: string,
  environment: Readonly<Record<string, string>>,
  { variable, value, account }: ExpectedBroker,
): Finding {
  const found = environment[variable];
  const wanted = `LLX_HANDLER=${environment.LLX_HANDLER},${settings({ variable, value, account })}`;
  if (found === undefined || (value !== undefined && found !== value)) {
    // A broker's URL may hold a password.
    const shown = found === undefined ? 'none' : variable === 'LLX_BROKER_URL' ? 'another' : found;
    return fail(
      'LLX_CONFIG_INVALID',
      `expected ${variable}${value === undefined ? '' : `=${value}`} in its environment, found ${shown}: stub and session would not meet`,
      settingsCommand(name, wanted),
    );
  }
  if (environment.LLX_ACCOUNT_ID === undefined && environment.LLX_FUNCTION_ARN === undefined) {
    return fail(
      'LLX_CONFIG_INVALID',
      'expected LLX_ACCOUNT_ID in its environment, found none: a function is not told its own ARN',
      settingsCommand(name, wanted),
    );
  }
  return ok(`in front of ${environment.LLX_HANDLER}`);
}

function settings({ variable, value = '<url>', account }: ExpectedBroker): string {
  return `${variable}=${value},LLX_ACCOUNT_ID=${account}`;
}

function settingsCommand(name: string, variables: string): string {
  return `aws lambda update-function-configuration --function-name ${name} --environment "Variables={${variables}}" (with the variables that it has)`;
}
