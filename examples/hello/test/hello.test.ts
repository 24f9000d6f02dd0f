import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Llx, startLlx } from 'llx/testing';

let llx: Llx;

before(async () => {
  llx = await startLlx();
});

after(() => llx.close());

test('greets whom the query names', async () => {
  const { answer, logs } = await llx.invoke('hello', { queryStringParameters: { name: 'Ada' } });

  assert.partialDeepStrictEqual(answer, { statusCode: 200, body: '{"message":"Hello, Ada!"}' });
  assert.match(logs[0] ?? '', /greeting Ada$/);
});

test('reports a message that is no order, and takes the others', async () => {
  const order = { id: 'A-7', currency: 'EUR', items: [{ sku: 'tea', quantity: 2, price: 4.5 }] };
  const { answer } = await llx.invoke('orders', {
    Records: [
      { messageId: 'good', body: JSON.stringify(order) },
      { messageId: 'bad', body: 'no order' },
    ],
  });

  assert.deepEqual(answer, { batchItemFailures: [{ itemIdentifier: 'bad' }] });
});
