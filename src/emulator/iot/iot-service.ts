import type { ApiOperation, ApiService } from '../http/api-operation.ts';

/** Routes of their own, for stubs need them from the start. */
const ROUTED: readonly ApiOperation[] = [
  { name: 'DescribeEndpoint', support: 'partial', note: 'the type `iot:Data-ATS`' },
  { name: 'GetRetainedMessage', support: 'supported' },
  { name: 'Publish', support: 'partial', note: 'nothing of MQTT 5' },
];

/** AWS IoT beside its broker: rules, and the data plane. */
export function iotService(operations: readonly ApiOperation[]): ApiService {
  return { name: 'iot', title: 'AWS IoT Core', operations: [...ROUTED, ...operations] };
}
