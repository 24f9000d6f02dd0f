import { FAIL, handle, OK } from 'llx/handler';

const USERS = new Map([
  ['1', { id: '1', name: 'Ada' }],
  ['2', { id: '2', name: 'Grace' }],
]);

/** `GET /users/{id}`, a message to `users/<id>/find`, or `{ "id": "1" }` of whoever calls the function. */
export const handler = handle<{ id?: string } | undefined>(({ source, parameters, topic, body }, context) => {
  const id = parameters.id ?? topic?.split('/')[1] ?? body?.id ?? '';
  const user = USERS.get(id);
  console.log(source, 'asks for', id);
  return user === undefined
    ? context(FAIL, {
        status: 404,
        type: 'UserUnknown',
        message: `no user ${id}`,
        retry: source === 'direct',
      })
    : context(OK, user, { headers: { 'cache-control': 'max-age=60' } });
});
