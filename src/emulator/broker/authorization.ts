import type { IConnectPacket, Packet } from 'mqtt-packet';

export type IotAction = 'iot:Connect' | 'iot:Publish' | 'iot:RetainPublish' | 'iot:Subscribe' | 'iot:Receive';

/** Whoever is behind a connection, and what their policies let them do. */
export type BrokerIdentity = {
  /** The ARN, for people. */
  readonly name: string;
  /** `resource` without the ARN's beginning: `client/<id>`, `topic/<topic>`, `topicfilter/<filter>`. */
  allows(action: IotAction, resource: string): boolean;
};

export type Requirement = { readonly action: IotAction; readonly resource: string };

/**
 * What a client needs for a packet that it sends. A will is a publish that is asked for in advance.
 * https://docs.aws.amazon.com/iot/latest/developerguide/iot-policy-actions.html
 */
export function requirementsOf(packet: Packet): readonly Requirement[] {
  switch (packet.cmd) {
    case 'publish':
      return publishRequirements(packet.topic, packet.retain);
    case 'subscribe':
      return packet.subscriptions.map(({ topic }) => ({
        action: 'iot:Subscribe',
        resource: `topicfilter/${topic}`,
      }));
    default:
      return [];
  }
}

/** `clientId` is the one that counts: the broker makes one for a client that sends none. */
export function connectRequirements(
  clientId: string,
  will: Pick<NonNullable<IConnectPacket['will']>, 'topic' | 'retain'> | null | undefined,
): readonly Requirement[] {
  const connect: Requirement = { action: 'iot:Connect', resource: `client/${clientId}` };
  return will == null ? [connect] : [connect, ...publishRequirements(will.topic, will.retain === true)];
}

export function receiveRequirement(topic: string): Requirement {
  return { action: 'iot:Receive', resource: `topic/${topic}` };
}

/** The first that the identity does not have. */
export function missingOf(
  requirements: readonly Requirement[],
  identity: BrokerIdentity,
): Requirement | undefined {
  return requirements.find(({ action, resource }) => !identity.allows(action, resource));
}

/** For people: `iot:Publish on topic/t is not allowed to arn:…`. */
export function denialOf({ action, resource }: Requirement, { name }: BrokerIdentity): string {
  return `${action} on ${resource} is not allowed to ${name}`;
}

function publishRequirements(topic: string, retain: boolean): readonly Requirement[] {
  const resource = `topic/${topic}`;
  const publish: Requirement = { action: 'iot:Publish', resource };
  return retain ? [publish, { action: 'iot:RetainPublish', resource }] : [publish];
}
