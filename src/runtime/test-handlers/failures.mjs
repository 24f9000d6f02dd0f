class OrderError extends Error {
  name = 'OrderError';
}
export const rejects = async ({ message }) => {
  throw new OrderError(message);
};
export const throws = () => {
  throw new TypeError('not async');
};
export const text = async () => {
  throw 'only text';
};
export const unreadable = async () => {
  throw Object.defineProperty(new Error('x'), 'message', {
    get() {
      throw new Error('no');
    },
  });
};
export const finished = async () => {
  throw Object.assign(new Error('elsewhere'), {
    [Symbol.for('llx.error.payload')]: Buffer.from('{"errorType":"Far","errorMessage":"away","trace":[]}'),
  });
};
export const plain = async ({ error_msg }) => {
  throw new Error(`Error: ${error_msg}`);
};
