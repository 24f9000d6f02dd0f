/**
 * The program of a worker in a container whose image has Node.js and no runtime of Lambda. It speaks the Runtime API alone:
 * nothing but the network joins it with llx. Arguments: the handler's file, and the path of its export.
 */
import http from 'node:http';
import { setSourceMapsSupport } from 'node:module';
import { HandlerProcess } from './handler-process.ts';
import { HttpParent } from './http-parent.ts';
import { trimOwnFrames } from './own-frames.ts';

const [file, exportPath] = process.argv.slice(2);
const { AWS_LAMBDA_RUNTIME_API } = process.env;
if (file === undefined || exportPath === undefined || AWS_LAMBDA_RUNTIME_API === undefined) {
  process.stderr.write('This program is started by llx, with a handler and AWS_LAMBDA_RUNTIME_API.\n');
  process.exit(2);
}
setSourceMapsSupport(true);
const parent = new HttpParent(http, AWS_LAMBDA_RUNTIME_API, undefined, (command, event) =>
  handlerProcess.invoke(command, event),
);
const handlerProcess = new HandlerProcess(parent, trimOwnFrames(import.meta.url));
process.on('beforeExit', () => handlerProcess.loopEmpty());
await handlerProcess.load({
  environment: {},
  inherits: true,
  workingDirectory: process.cwd(),
  file,
  exportPath,
});
