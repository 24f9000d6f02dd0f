import { LlxError } from '../../errors/llx-error.ts';
import { partitionOf } from '../../protocol/partition.ts';
import type { TransportError } from '../../transport/transport.ts';
import type { DevAws } from '../dev-aws.ts';
import { denied } from './aws-failure.ts';
import { networkFault } from './network-fault.ts';

type Place = Pick<DevAws, 'mode' | 'broker' | 'account' | 'region'>;

/**
 * Why a session could not begin, when it was its broker: told to a developer, with what mends it.
 *
 * @param doctor the command that examines the same
 */
export function brokerFailure(place: Place, error: TransportError, doctor: string): LlxError {
  const fault = networkFault(error, doctor);
  if (error.code === 'TRANSPORT_UNREACHABLE' || error.code === 'TRANSPORT_CLOSED') {
    return new LlxError('LLX_UNREACHABLE', {
      message: `Expected the broker at ${place.broker} to answer: ${fault?.text ?? error.message}`,
      mend: fault?.mend ?? `See what is in the way: ${doctor}`,
      cause: error,
    });
  }
  if (place.mode === 'live' && place.broker.startsWith('wss:')) return iotDenied(place, error, doctor);
  if (error.code === 'TRANSPORT_LOST') {
    return new LlxError('LLX_UNREACHABLE', {
      message: `Expected the broker at ${place.broker} to keep the connection, found that it ended: ${fault?.text ?? error.message}`,
      mend: `Try again. If it stays, see what is in the way: ${doctor}`,
      cause: error,
    });
  }
  return new LlxError('LLX_BROKER_REFUSED', {
    message: `Expected the broker at ${place.broker} to take this session, found: ${error.message}`,
    mend: 'Set LLX_BROKER_USERNAME and LLX_BROKER_PASSWORD, or LLX_BROKER_CERT and LLX_BROKER_KEY, and let that user use the topics below llx/v1.',
    cause: error,
  });
}

/**
 * IoT Core tells a missing right by ending the connection, or not taking it. Which of them is missing it does not say:
 * the doctor tries each.
 */
function iotDenied(place: Place, error: TransportError, doctor: string): LlxError {
  const arn = `arn:${partitionOf(place.region)}:iot:${place.region}:${place.account}:`;
  if (error.code === 'TRANSPORT_REFUSED') {
    return denied({ action: 'iot:Connect', resource: `${arn}client/llx-session-*` }, error);
  }
  return new LlxError('LLX_AWS_DENIED', {
    message: `Expected IoT Core to let this session take its lanes, found that it ended the connection: a right to subscribe, publish or retain is missing.`,
    mend: `See which: ${doctor}`,
    cause: error,
  });
}
