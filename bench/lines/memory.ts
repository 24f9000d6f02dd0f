import { readFile } from 'node:fs/promises';
import { startLlx } from '../child.ts';
import { functionPath, invoker } from '../http-client.ts';
import type { Line } from '../line.ts';
import { throughput } from '../samples.ts';

async function residentMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Resident memory of llx over many invocations, after as many as fill its bounded histories. */
export async function memory(project: string, invocations: number): Promise<readonly Line[]> {
  const llx = await startLlx(['dev', '--offline'], project);
  const client = invoker(llx.ready.endpoint, functionPath('echo'));
  const event = Buffer.from(JSON.stringify({ name: 'Ada', items: [1, 2, 3] }));
  const call = async (): Promise<void> => void (await client.invoke(event));
  // The ready line is the last that was read: without a reader the pipe would fill, and llx would leave lines out.
  llx.process.stdout?.resume();
  try {
    await throughput(8, Math.ceil(invocations / 5), call);
    const before = await residentMb(llx.process.pid);
    const rate = await throughput(8, invocations, call);
    const after = await residentMb(llx.process.pid);
    return [
      {
        name: `resident memory before ${invocations.toLocaleString('en')} invocations`,
        value: before,
        unit: 'MB',
      },
      {
        name: 'resident memory after them',
        value: after,
        unit: 'MB',
        floor: before,
        floorName: 'before',
        bar: { ratio: 1.05, better: 'lower' },
      },
      { name: 'rate during them, 8 in flight', value: rate, unit: '/s' },
    ];
  } finally {
    client.close();
    await llx.stop();
  }
}
