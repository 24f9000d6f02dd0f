/**
 * Prints the tests that were skipped, from vitest's JSON report; fails on one whose part `.ci/run` installs. Not every
 * machine lets a Docker engine start, whatever is installed: its tests say why.
 */
import { readFileSync } from 'node:fs';

const INSTALLED = /skipped: [^)]*(?:tmux|mosquitto|aws\b|boto3|awslambdaric|python|openssl|curl|chromium)/i;

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const skipped = report.testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status === 'skipped' || status === 'pending' || status === 'todo')
  .map(({ ancestorTitles, title }) => [...ancestorTitles, title].join(' > '));
const needless = skipped.filter((name) => INSTALLED.test(name));
for (const name of skipped) console.log(`skipped: ${name}`);
for (const name of needless) console.error(`skipped although its part was installed: ${name}`);
process.exitCode = needless.length > 0 ? 1 : 0;
