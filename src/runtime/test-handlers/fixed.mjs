import { randomBytes, randomFill, randomFillSync, randomInt, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

const loadedAt = Date.now();

/** What a handler can take for the time and for chance, each in every way that there is. */
async function draw() {
  const offset = new Uint16Array([1, 1, 1, 1]);
  randomFillSync(offset, 1, 2);
  const [later, filled] = await Promise.all([
    promisify(randomBytes)(6),
    promisify(randomFill)(new Uint8Array(4), 1, 2),
  ]);
  return {
    math: [Math.random(), Math.random()],
    uuids: [randomUUID(), crypto.randomUUID(), globalThis.crypto.randomUUID()],
    bytes: randomBytes(2000).toString('base64').slice(-12),
    later: later.toString('hex'),
    filled: [...filled],
    offset: [...offset],
    values: [...crypto.getRandomValues(new Uint32Array(2))],
    integers: [randomInt(10), randomInt(5, 1_000_000), await promisify(randomInt)(3)],
  };
}

async function tell(_event, context) {
  const { Date: global } = globalThis;
  const first = new Date();
  await new Promise((resolve) => setTimeout(resolve, 5));
  return {
    times: [first.toISOString(), new Date().toISOString(), new Date(Date.now()).toISOString()],
    text: Date() === first.toString(),
    given: [
      new Date(5).getTime(),
      new Date('2001-02-03').getTime(),
      Date.UTC(2001, 1, 3),
      Date.parse('2001-02-03'),
    ],
    classes: [
      first instanceof Date,
      first.constructor === Date,
      global === Date,
      structuredClone(first) instanceof Date,
    ],
    derived: new (class extends Date {})().toISOString(),
    goesOn: performance.now() > 0 && performance.timeOrigin > 1_700_000_000_000,
    hasTime: context.getRemainingTimeInMillis() > 0 && context.getRemainingTimeInMillis() <= 15_000,
    loadedBefore: loadedAt > 1_700_000_000_000,
  };
}

const now = () => Date.now();

/** What Node.js refuses it refuses still. */
async function misuse() {
  const errors = [];
  for (const misused of [() => randomBytes(-1), () => randomInt(3, 1), () => crypto.getRandomValues([])]) {
    try {
      misused();
    } catch (error) {
      errors.push(error.name);
    }
  }
  return errors;
}

const cases = { draw, tell, now, misuse };

export const answer = (event, context) => cases[event.case](event, context);
