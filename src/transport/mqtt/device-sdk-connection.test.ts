import { EventEmitter } from 'node:events';
import type { mqtt } from 'aws-iot-device-sdk-v2';
import { expect, test } from 'vitest';
import { TransportError } from '../transport.ts';
import { DeviceSdkConnection } from './device-sdk-connection.ts';

/** What the connection uses of the SDK's, and the order in which it does. */
class FakeNative extends EventEmitter {
  readonly calls: string[] = [];
  readonly disconnected = Promise.withResolvers<void>();

  async connect(): Promise<void> {
    this.calls.push('connect');
  }

  disconnect(): Promise<void> {
    this.calls.push('disconnect');
    return this.disconnected.promise;
  }

  close(): void {
    this.calls.push('close');
  }
}

function open(): { readonly native: FakeNative; readonly connection: DeviceSdkConnection } {
  const native = new FakeNative();
  const connection = new DeviceSdkConnection(native as unknown as mqtt.MqttClientConnection, () => undefined);
  return { native, connection };
}

test('a lost connection is known at once, and is released only when the SDK has given up connecting again', async () => {
  const { native, connection } = open();
  await connection.connect();
  native.emit('interrupt', new Error('AWS_ERROR_MQTT_UNEXPECTED_HANGUP'));
  expect(await connection.closed).toBeInstanceOf(TransportError);
  expect(native.calls).toEqual(['connect', 'disconnect']);
  native.disconnected.resolve();
  await expect.poll(() => native.calls).toEqual(['connect', 'disconnect', 'close']);
});

test('it is released as well when the SDK cannot disconnect', async () => {
  const { native, connection } = open();
  await connection.connect();
  native.emit('interrupt', new Error('AWS_ERROR_MQTT_UNEXPECTED_HANGUP'));
  native.disconnected.reject(new Error('AWS_ERROR_MQTT_NOT_CONNECTED'));
  await expect.poll(() => native.calls).toEqual(['connect', 'disconnect', 'close']);
});

test('one that is given up while it connects is released at once, and only once', () => {
  const { native, connection } = open();
  connection.destroy();
  connection.destroy();
  native.emit('closed');
  expect(native.calls).toEqual(['close']);
});
