/**
 * The program of a worker process. It boots without knowing its handler, so that a spare process can wait for one;
 * then it is told to load one, and to run it, one invocation at a time. Everything is imported from Node itself: the
 * time to the first answer of a function begins here.
 */
import { fstatSync } from 'node:fs';
import { setSourceMapsSupport } from 'node:module';
import type { Frame } from '../channel/frame.ts';
import { PIPE_FD } from '../channel/pipe-fd.ts';
import type { InvokeCommand, LoadCommand } from '../channel/worker-message.ts';
import { ControlPipe } from './control-pipe.ts';
import { HandlerProcess } from './handler-process.ts';
import { HttpParent } from './http-parent.ts';
import { trimOwnFrames } from './own-frames.ts';
import type { Parent } from './parent.ts';
import { PipeParent } from './pipe-parent.ts';

if (!isOpen(PIPE_FD.input) || !isOpen(PIPE_FD.output)) {
  process.stderr.write('This program is started by llx, with pipes to it.\n');
  process.exit(2);
}

const control = new ControlPipe(PIPE_FD.input, receive, parentGone);
const pipeParent = new PipeParent(control, PIPE_FD.output);
let handlerProcess: HandlerProcess | undefined;
// A spare process has the time for it that a load has not. What is loaded by now, llx itself, stays without.
setSourceMapsSupport(true);
process.on('beforeExit', () => handlerProcess?.loopEmpty());

/** The sender is llx itself: unlike what comes from the child, the contents of its frames are trusted. */
function receive({ type, invocation, header, payload }: Frame): void {
  switch (type) {
    case 'load':
      void load(header as LoadCommand);
      return;
    case 'invoke':
      pipeParent.begin(invocation);
      handlerProcess?.invoke(header as InvokeCommand, payload);
      return;
    case 'credit':
      pipeParent.credit(invocation, (header as { readonly bytes: number }).bytes);
      return;
  }
}

async function load(command: LoadCommand): Promise<void> {
  const parent = command.runtimeApi === undefined ? pipeParent : await createHttpParent(command.runtimeApi);
  handlerProcess = new HandlerProcess(parent, trimOwnFrames(import.meta.url));
  await handlerProcess.load(command);
}

/** Node's HTTP is loaded only for this: it takes longer than the rest of the bootstrap. */
async function createHttpParent(runtimeApi: string): Promise<Parent> {
  control.holdOpen(false);
  return new HttpParent(await import('node:http'), runtimeApi, PIPE_FD.output, (command, event) =>
    handlerProcess?.invoke(command, event),
  );
}

/** llx is gone: nobody waits for an answer, and nobody would end what the handler started. */
function parentGone(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    // Not the leader of a group, when somebody else than llx started it.
    process.exit(0);
  }
}

function isOpen(descriptor: number): boolean {
  try {
    fstatSync(descriptor);
    return true;
  } catch {
    // EBADF is the answer that was asked for.
    return false;
  }
}
