exports.result = (event, _context, callback) => callback(null, event);
exports.error = (_event, _context, callback) => callback(new Error('called back'));
exports.nobody = () => {};
exports.done = (_event, context) => context.done(null, 'done');
exports.fail = (_event, context) => context.fail('plain');
exports.twice = (_event, _context, callback) => {
  callback(null, 'first');
  callback(null, 'second');
};
let order = [];
exports.waits = (_event, _context, callback) => {
  order = [];
  setTimeout(() => order.push('timer'), 20);
  callback(null, order);
};
exports.hurries = (_event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  setTimeout(() => {}, 60_000);
  callback(null, 'at once');
};
exports.shown = async (_event, context) => Object.keys(context);
