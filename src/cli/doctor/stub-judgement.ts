import type { EmulatorState } from '../../emulator/http/state-route.ts';
import { type BrokerAddress, parseBrokerUrl } from '../../transport/mqtt/broker-address.ts';
import type { DeployedConfiguration } from '../live/aws-access.ts';
import { type Finding, fail, ok } from './check.ts';

/** What the stub's environment has to say about the broker. An undefined value: any. */
export type ExpectedBroker = {
  readonly variable: 'LLX_IOT_ENDPOINT' | 'LLX_BROKER_URL';
  readonly value: string | undefined;
  readonly account: string;
};

const STUB = /(?:^|\/)llx\/index\.handler$/;

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
  const isStub = STUB.test(handler);
  if (isStub && original !== undefined && !STUB.test(original)) {
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
      `expected the function’s own handler as LLX_HANDLER in its environment, found ${original === undefined ? 'none' : `the stub (${original})`}: it has no handler to run`,
      settingsCommand(name, `LLX_HANDLER=FILE.EXPORT,${settings(broker)}`),
    );
  }
  const found =
    original === undefined ? handler || 'no handler setting' : `${handler}, with LLX_HANDLER left over`;
  return fail(
    'LLX_CONFIG_INVALID',
    `expected the stub as its handler (/opt/llx/index.handler), found ${found}: no invocation comes to this machine`,
    `${settingsCommand(name, `LLX_HANDLER=${original ?? handler},${settings(broker)}`, '--handler /opt/llx/index.handler --layers ARN_OF_THE_LLX_LAYER')}\nAnd all layers: name those that it has, too. Step by step: docs/live.md`,
  );
}

/** An emulator's stubs go to the broker within it, whatever the session's is. */
export function judgeEmulatorBroker(
  { endpoint, mqtt }: Pick<EmulatorState, 'endpoint' | 'mqtt'>,
  { shown }: Pick<BrokerAddress, 'shown'>,
): Finding {
  if (shown === parseBrokerUrl(mqtt).shown) return ok(`goes to ${shown}, the emulator’s own broker`);
  return fail(
    'LLX_CONFIG_INVALID',
    `expected its stub at ${shown}, found that the emulator’s stubs go to its own broker, ${mqtt}: stub and session would not meet`,
    `Leave the broker out: llx dev --endpoint ${endpoint}\nOr the emulator: llx dev --broker ${shown}`,
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

function settings({ variable, value = 'URL', account }: ExpectedBroker): string {
  return `${variable}=${value},LLX_ACCOUNT_ID=${account}`;
}

/** A command to paste; the note has a line of its own, which a shell need not understand. */
function settingsCommand(name: string, variables: string, more?: string): string {
  const command = `aws lambda update-function-configuration --function-name ${name} --environment "Variables={${variables}}"`;
  return `${more === undefined ? command : `${command} ${more}`}\nIt replaces all variables: add those that the function has`;
}
