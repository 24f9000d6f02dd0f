import { enableCompileCache } from 'node:module';
import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { StubModule } from '../../../stub/handler.ts';
import { encodeHostMessage, type FromHost, HostMessageDecoder, type ToHost } from './host-message.ts';
import { HostedStub } from './hosted-stub.ts';

// Before the stub is imported: its compiled code is kept between runs.
enableCompileCache();

// The emulator's end of this pipe is the reason that this process lives.
const pipe = new Socket({ fd: 3, readable: true, writable: true });
pipe.on('end', () => process.exit(0));
pipe.on('error', () => process.exit(1));

function send(message: FromHost, body?: Uint8Array): void {
  for (const part of encodeHostMessage(message, body)) pipe.write(part);
}

// At once: it is loaded while the emulator opens its ports.
const stubModule = import(pathToFileURL(process.argv[2] ?? '').href) as Promise<StubModule>;
const stubs = new Map<string, HostedStub>();

function stubOf(arn: string): HostedStub {
  const stub = stubs.get(arn);
  if (stub === undefined) throw new Error(`expected a function message first of ${arn}`);
  return stub;
}

function receive(message: ToHost, body: Buffer): void {
  switch (message.type) {
    case 'function':
      stubs.set(message.arn, new HostedStub({ ...message, module: stubModule, send }));
      return;
    case 'invoke':
      void stubOf(message.arn).invoke(message, body);
      return;
    case 'observed':
      for (const stub of stubs.values()) stub.observed(message, body);
      return;
    case 'taken':
      for (const stub of stubs.values()) stub.taken(message.call);
      return;
    case 'abandon':
      for (const stub of stubs.values()) stub.abandon(message.call);
      return;
    default: {
      const exhaustive: never = message;
      return exhaustive;
    }
  }
}

const decoder = new HostMessageDecoder<ToHost>();
pipe.on('data', (chunk) => decoder.push(chunk, receive));
