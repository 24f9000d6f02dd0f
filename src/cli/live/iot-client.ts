import { LlxError } from '../../errors/llx-error.ts';

const CLIENTS = ['mqtt', 'device-sdk'] as const;

/** LLX_IOT_CLIENT chooses between the two clients of IoT Core. Absent: the default of `connectIotCore`. */
export function iotClient(env: NodeJS.ProcessEnv): { readonly client?: (typeof CLIENTS)[number] } {
  const wanted = env.LLX_IOT_CLIENT;
  if (wanted === undefined || wanted === '') return {};
  const client = CLIENTS.find((one) => one === wanted);
  if (client !== undefined) return { client };
  throw new LlxError('LLX_CONFIG_INVALID', {
    message: `Expected ${CLIENTS.join(' or ')} in LLX_IOT_CLIENT, found ${JSON.stringify(wanted)}.`,
    mend: 'unset LLX_IOT_CLIENT',
  });
}
