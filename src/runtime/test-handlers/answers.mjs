export const echo = async (event) => event;
export const nothing = async () => {};
export const dated = async () => ({ at: new Date(0), left: undefined });
export const bigint = async () => 1n;
export const circle = async () => {
  const value = {};
  value.self = value;
  return value;
};
export const letters = async ({ bytes }) => 'a'.repeat(bytes - 2);
export const shown = async (_event, context) => ({
  ...context,
  left: context.getRemainingTimeInMillis() > 0,
});
export const fields = async (_event, context) => Object.keys(context);
export const environment = async () => ({ ...process.env });
export const place = async () => ({ directory: process.cwd(), memory: typeof gc });
let calls = 0;
export const counter = async () => calls++;
export const api = { orders: { create: async () => 'created' } };
export const number = 7;
export const never = async () => new Promise(() => {});
export const store = async () => ({
  requestId: awslambda.InvokeStore.getRequestId(),
  traceId: awslambda.InvokeStore.getXRayTraceId(),
  variable: process.env._X_AMZN_TRACE_ID,
});
