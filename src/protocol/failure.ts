/**
 * The typed errors that a caller of a Lambda function can see because of llx (`errorType` in the payload).
 * Retries, dead-letter queues and Step Functions match on them, so they are stable. docs/errors.md lists them.
 */
export const FAILURES = {
  'Llx.Unclaimed': 'a session holds the lane, but did not claim the invocation in time',
  'Llx.SessionLost': 'the session that ran the invocation is gone',
  'Llx.Cancelled': 'the session was stopped while it ran the invocation',
  'Llx.BuildError': 'the function on the developer’s machine does not build',
  'Llx.EnvironmentError': 'the environment of the handler on the developer’s machine could not be prepared',
  'Llx.RuntimeUnsupported': 'the runtime of the function is one that llx does not run',
  'Llx.RuntimeMissing': 'there is no interpreter for the runtime of the function on this machine',
  'Llx.ContainerUnavailable': 'no container could be made to run the function in',
  'Llx.ContainerLost': 'the container engine ended while the function ran',
  'Llx.StreamingMismatch': 'the local handler streams and the deployed one does not, or the other way round',
  'Llx.InternalError': 'llx itself failed while it ran the invocation: a defect of llx',
  'Llx.PayloadTooLarge': 'an event or an answer cannot pass the broker in the time that is left',
} as const;

export type Failure = keyof typeof FAILURES;
