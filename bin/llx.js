#!/usr/bin/env node
// Old syntax on purpose: an old Node.js must get as far as the message below.
var required = [22, 22];
var found = process.versions.node.split('.').map(Number);

if (found[0] > required[0] || (found[0] === required[0] && found[1] >= required[1])) {
  import('node:module').then((module) => {
    // Compiled code of the program and of its dependencies is kept between runs.
    if (module.enableCompileCache) module.enableCompileCache();
    return import('../dist/cli.js').then(
      (cli) => cli.main(process.argv.slice(2)),
      (error) => {
        if (error && error.code === 'ERR_MODULE_NOT_FOUND' && /dist[\\/]cli\.js/.test(error.message)) {
          console.error('LLX_NOT_BUILT: llx is not built.\n\n  npm ci');
          process.exitCode = 2;
          return;
        }
        throw error;
      },
    );
  });
} else {
  import('./hand-over.js').then((module) => {
    module.handOver(required.join('.'));
  });
}
