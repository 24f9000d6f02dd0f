import type { ApiService } from '../http/api-operation.ts';

/** AWS IoT as docs/emulator.md lists it, beside its broker; its routes are their own, for stubs need them from the start. */
export const IOT_SERVICE: ApiService = {
  name: 'iot',
  title: 'AWS IoT Core',
  operations: [
    { name: 'DescribeEndpoint', support: 'partial', note: 'the type `iot:Data-ATS`' },
    { name: 'GetRetainedMessage', support: 'supported' },
  ],
};
