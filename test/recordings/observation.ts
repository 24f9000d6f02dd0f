import type { Report } from './small-aws.ts';

/** What a case looks at besides the answers of AWS. */
export type Observable = {
  readonly reports: readonly Report[];
  /** Decoded, of the last invocation. */
  readonly log: string;
  /** Request ids of asynchronous invocations, in their order. */
  readonly eventIds: readonly string[];
  readonly lastRequestId: string;
};

/** `what` in the words of the recordings; undefined for others. */
export function observation(what: string, { reports, log, eventIds, lastRequestId }: Observable): unknown {
  const values = reports.map(({ value }) => value);
  const received = /^what call (\d+) of the function received$/.exec(what)?.[1];
  if (received !== undefined) return values[Number(received) - 1];
  switch (what) {
    case 'the event that the function received':
      return values[0];
    case 'the calls of the function':
    case 'the events that the function received':
      return values;
    case 'the decoded LogResult, split after line ends':
      return { logs: log.split(/(?<=\n)/) };
    case 'the lines that the function printed, in the decoded LogResult':
      return log.split('\n').filter((line) => line !== '' && !/RequestId: |Task timed out/.test(line));
    case 'the decoded LogResult in lines, without the REPORT line':
      return { log_result: log.split('\n').filter((line) => line !== '' && !line.startsWith('REPORT')) };
    case 'the decoded LogResult in lines (a carriage return ends a line too), without the REPORT line':
      return { result: log.split(/[\r\n]+/).filter((line) => line !== '' && !line.startsWith('REPORT')) };
    case 'the second call comes after the visibility timeout':
      return (reports[1]?.at ?? 0) - firstReceivedAt(values[1]) >= 5_000;
    case 'the request ids in the reports: those of the two events and of the last call':
      return {
        firstReportIsOfFirstEvent: values[0] === eventIds[0],
        allThreeHaveReported: [...eventIds, lastRequestId].every((id) => values.includes(id)),
      };
    default:
      if (what.startsWith('the log lines that contain RequestId')) {
        const logs = log.split('\n').filter((line) => line.includes('RequestId'));
        return { logs: logs.map((line) => line.trimEnd()) };
      }
      return undefined;
  }
}

/** The visibility timeout begins when the message is received: the function starts a little later. */
function firstReceivedAt(report: unknown): number {
  const { event } = report as {
    readonly event: {
      readonly Records: readonly [{ readonly attributes: Readonly<Record<string, string>> }];
    };
  };
  return Number(event.Records[0].attributes.ApproximateFirstReceiveTimestamp);
}
