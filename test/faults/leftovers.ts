import { setTimeout as wait } from 'node:timers/promises';
import type { Breach } from './check-run.ts';
import type { PartyProcess } from './party-process.ts';
import { killAll, type ProcessEntry } from './process-table.ts';
import type { World } from './world.ts';

/** A session says goodbye within 1.5 s, workers and hosts have half a second more. */
const STOP_MS = 8_000;
const ORPHANS_MS = 3_000;
const TOMBSTONE = '{"sessionId":null}';

/** Ends everything as a user does, and looks for what is left of it. */
export async function closeWorld(world: World): Promise<readonly Breach[]> {
  const breaches: Breach[] = [];
  const stop = async (party: PartyProcess): Promise<void> => {
    if (!party.running || (await party.stop(STOP_MS))) return;
    breaches.push(left(`${party.name} did not end by itself within ${STOP_MS} ms of SIGTERM`));
  };
  const [emulator, others] = [world.emulator, world.parties.filter((party) => party !== world.emulator)];
  await Promise.all(others.map(stop));
  breaches.push(...(await findRetained(world)));
  await stop(emulator);
  const orphans = await findOrphans(world);
  for (const { pid, command } of orphans) breaches.push(left(`process ${pid} still runs: ${command}`));
  killAll(orphans);
  await wait(0);
  for (const [name, proxy] of Object.entries({ broker: world.lines.broker, api: world.lines.api })) {
    if (proxy.connections > 0) breaches.push(left(`${proxy.connections} connections through ${name}`));
  }
  await world.closeLines();
  return breaches;
}

/** Only "nobody" may stay, on the lanes; GetRetainedMessage knows each exact topic. */
async function findRetained(world: World): Promise<readonly Breach[]> {
  const breaches: Breach[] = [];
  for (const topic of await world.retainedTopics()) {
    const payload = await world.readRetained(topic);
    if (payload === undefined) continue;
    const text = Buffer.from(payload).toString();
    if (!topic.includes('/presence/') || text !== TOMBSTONE) {
      breaches.push(left(`retained on ${topic}: ${text}`));
    }
  }
  return breaches;
}

/** Workers and hosts end by themselves when the process that started them has; that takes a moment. */
async function findOrphans(world: World): Promise<readonly ProcessEntry[]> {
  for (let waited = 0; ; waited += 50) {
    const running = await world.processes();
    if (running.length === 0 || waited >= ORPHANS_MS) return running;
    await wait(50);
  }
}

function left(text: string): Breach {
  return { rule: 'nothing-left', text };
}
