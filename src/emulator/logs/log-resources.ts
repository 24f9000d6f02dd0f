import type { OperationCall } from '../http/api-operation.ts';
import { AwsError } from '../http/aws-error.ts';
import type { LogGroup } from './log-groups.ts';
import { GROUP_NAME, invalidParameter, optionalText, requiredText, STREAM_NAME } from './log-input.ts';
import type { LogStore } from './log-store.ts';
import type { LogStream } from './log-streams.ts';

/** The groups and streams that requests name: their ARNs, who may touch them, and whether they exist. */
export class LogResources {
  readonly #store: LogStore;
  readonly #arnPrefix: string;

  constructor(store: LogStore, scope: { readonly account: string; readonly region: string }) {
    this.#store = store;
    this.#arnPrefix = `arn:aws:logs:${scope.region}:${scope.account}:log-group:`;
  }

  arnOf(groupName: string): string {
    return `${this.#arnPrefix}${groupName}`;
  }

  /** In policies a group is its ARN and an empty stream: that is how `log-group:NAME:*` allows both. */
  authorize(call: OperationCall, action: string, groupName: string, streamName = ''): void {
    call.authorize(`logs:${action}`, `${this.arnOf(groupName)}:log-stream:${streamName}`);
  }

  /** The group of `logGroupName`. @throws AwsError where it may not be touched, or does not exist. */
  named(call: OperationCall, action: string): LogGroup {
    return this.#existing(call, action, requiredText(call.input, 'logGroupName', GROUP_NAME));
  }

  /** The group of `logGroupName` or of `logGroupIdentifier`, which may be an ARN. */
  identified(call: OperationCall, action: string, streamName = ''): LogGroup {
    const identifier = optionalText(call.input, 'logGroupIdentifier', { max: 2048 });
    if (identifier === undefined) {
      return this.#existing(call, action, requiredText(call.input, 'logGroupName', GROUP_NAME), streamName);
    }
    if (call.input.logGroupName !== undefined) {
      throw invalidParameter('LogGroup name and LogGroup identifier are mutually exclusive parameters.');
    }
    return this.#existing(call, action, this.#nameOf(identifier, 'logGroupIdentifier'), streamName);
  }

  /** The group of `resourceArn`. */
  ofArn(call: OperationCall, action: string): LogGroup {
    const arn = requiredText(call.input, 'resourceArn', { max: 1011 });
    if (!arn.startsWith('arn:')) throw invalidParameter(`Invalid resource ARN: ${arn}`);
    return this.#existing(call, action, this.#nameOf(arn, 'resourceArn'));
  }

  /** @throws AwsError 404 */
  stream(group: LogGroup, name: string): LogStream {
    const stream = this.#store.streams.get(group.id, name);
    if (stream === undefined) throw missing('stream');
    return stream;
  }

  /** The stream of `logStreamName` in the group of `logGroupName`. */
  namedStream(call: OperationCall, action: string): { readonly group: LogGroup; readonly stream: LogStream } {
    const groupName = requiredText(call.input, 'logGroupName', GROUP_NAME);
    const streamName = requiredText(call.input, 'logStreamName', STREAM_NAME);
    this.authorize(call, action, groupName, streamName);
    const group = this.#store.groups.get(groupName);
    if (group === undefined) throw missing('group');
    return { group, stream: this.stream(group, streamName) };
  }

  #existing(call: OperationCall, action: string, name: string, streamName = ''): LogGroup {
    this.authorize(call, action, name, streamName);
    const group = this.#store.groups.get(name);
    if (group === undefined) throw missing('group');
    return group;
  }

  #nameOf(identifier: string, parameter: string): string {
    if (!identifier.startsWith('arn:')) return identifier;
    if (!identifier.startsWith(this.#arnPrefix)) throw missing('group');
    const name = identifier.slice(this.#arnPrefix.length).replace(/:\*$/, '');
    return requiredText({ [parameter]: name }, parameter, GROUP_NAME);
  }
}

function missing(what: 'group' | 'stream'): AwsError {
  return new AwsError(400, 'ResourceNotFoundException', {
    message: `The specified log ${what} does not exist.`,
  });
}
