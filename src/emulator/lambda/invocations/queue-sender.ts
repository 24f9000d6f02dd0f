/** What an asynchronous invocation leaves in a queue: the record for a destination, or the event for a dead-letter queue. */
export type QueueMessage = {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;
  /** Needed where the queue is FIFO. */
  readonly groupId?: string;
  /** `AWSTraceHeader`: by its lineage a loop through the queue is found. */
  readonly traceHeader?: string;
};

/** The queues of the emulator, as invocations see them. */
export interface QueueSender {
  /** Resolves when the message is kept. Rejects where there is no such queue, or it does not take the message. */
  send(queueArn: string, message: QueueMessage): Promise<void>;
  exists(queueArn: string): boolean;
}
