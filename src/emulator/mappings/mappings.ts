import type { EmulatorClock } from '../emulator-clock.ts';
import type { FunctionReference, FunctionScope } from '../lambda/function-name.ts';
import type { FunctionSource } from '../lambda/function-source.ts';
import type { InvocationCall, InvocationOutcome } from '../lambda/invocation-service.ts';
import { invalidParameter, resourceConflict, resourceNotFound } from '../lambda/lambda-errors.ts';
import type { Queue } from '../sqs/queue.ts';
import type { Queues } from '../sqs/queues.ts';
import { textOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { functionOf, type Mapping } from './mapping.ts';
import { checkMapping, DEFAULT_SETTINGS, type MappingSettings } from './mapping-request.ts';
import { Poller } from './poller.ts';

export type MappingsDependencies = {
  readonly state: State;
  readonly scope: FunctionScope;
  readonly clock: EmulatorClock;
  readonly queues: Queues;
  /** Configured and deployed functions. */
  readonly functions: FunctionSource;
  /** `InvocationService.invoke`. @throws AwsError 429 over the concurrency limits */
  readonly invoke: (call: InvocationCall) => Promise<InvocationOutcome>;
  readonly onNotice: (text: string) => void;
};

/** The event source mappings, and what polls for them: nothing, where the queue is gone, until it is there again. */
export class Mappings {
  readonly scope: FunctionScope;
  readonly #dependencies: MappingsDependencies;
  readonly #mappings = new Map<string, Mapping>();
  readonly #pollers = new Map<string, Poller>();
  /** Pollers that take no more, and have batches that run. */
  readonly #ending = new Set<Promise<void>>();
  readonly #stopListening: readonly (() => void)[];
  #started = false;

  constructor(dependencies: MappingsDependencies) {
    this.scope = dependencies.scope;
    this.#dependencies = dependencies;
    const { state, queues } = dependencies;
    for (const row of state.statement('SELECT settings FROM event_source_mappings ORDER BY uuid').all()) {
      const mapping: Mapping = JSON.parse(textOf(row, 'settings'));
      this.#mappings.set(mapping.uuid, mapping);
    }
    this.#stopListening = [
      queues.onCreated((arn) => this.#of(arn).forEach((mapping) => void this.#poll(mapping))),
      queues.onDeleted((arn) => this.#of(arn).forEach(({ uuid }) => void this.#stop(uuid))),
    ];
  }

  /** Begins to poll for the mappings that are enabled. */
  start(): void {
    this.#started = true;
    for (const mapping of this.#mappings.values()) this.#poll(mapping);
  }

  /** In the order of their ids. */
  list(): readonly Mapping[] {
    return [...this.#mappings.values()].sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
  }

  /** @throws AwsError 404 ResourceNotFoundException */
  get(uuid: string): Mapping {
    const mapping = this.#mappings.get(uuid);
    if (mapping === undefined) throw resourceNotFound('The resource you requested does not exist.');
    return mapping;
  }

  /** @throws AwsError 400 InvalidParameterValueException or 409 ResourceConflictException */
  create(reference: FunctionReference, sourceArn: string, settings: MappingSettings): Mapping {
    const mapping: Mapping = {
      ...DEFAULT_SETTINGS,
      ...settings,
      uuid: crypto.randomUUID(),
      functionName: reference.name,
      qualifier: reference.qualifier,
      sourceArn,
      lastModified: this.#dependencies.clock.now(),
    };
    this.#check(mapping);
    this.#write(mapping);
    return mapping;
  }

  /** @throws AwsError 404 ResourceNotFoundException, and as `create` */
  update(uuid: string, settings: MappingSettings, reference?: FunctionReference): Mapping {
    const before = this.get(uuid);
    const mapping: Mapping = {
      ...before,
      ...settings,
      ...(reference === undefined ? {} : { functionName: reference.name, qualifier: reference.qualifier }),
      lastModified: this.#dependencies.clock.now(),
    };
    this.#check(mapping);
    this.#write(mapping);
    return mapping;
  }

  /** @throws AwsError 404 ResourceNotFoundException */
  remove(uuid: string): Mapping {
    const mapping = this.get(uuid);
    this.#dependencies.state.statement('DELETE FROM event_source_mappings WHERE uuid = ?').run(uuid);
    this.#mappings.delete(uuid);
    this.#stop(uuid);
    return mapping;
  }

  /** The function is gone: its mappings go, too. */
  functionDeleted(functionName: string): void {
    for (const mapping of this.list()) if (mapping.functionName === functionName) this.remove(mapping.uuid);
  }

  /** Stops polling; waits for the batches that run. Idempotent. */
  async close(): Promise<void> {
    this.#started = false;
    for (const stop of this.#stopListening) stop();
    for (const uuid of this.#pollers.keys()) this.#stop(uuid);
    await Promise.all(this.#ending);
  }

  #of(sourceArn: string): readonly Mapping[] {
    return this.list().filter((mapping) => mapping.sourceArn === sourceArn);
  }

  #check(mapping: Mapping): void {
    const queue = this.#dependencies.queues.find(mapping.sourceArn);
    checkMapping(mapping, mapping.sourceArn.endsWith('.fifo'));
    const resolved = this.#dependencies.functions.resolve(functionOf(mapping));
    if (resolved === undefined) throw invalidParameter('Function does not exist');
    if (queue === undefined) {
      throw invalidParameter(
        'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
      );
    }
    this.#checkTimeouts(queue, resolved.deployed.spec.timeoutMs);
    const same = this.#of(mapping.sourceArn).find(
      ({ uuid, functionName, qualifier }) =>
        uuid !== mapping.uuid && functionName === mapping.functionName && qualifier === mapping.qualifier,
    );
    if (same === undefined) return;
    const { functionName, qualifier } = same;
    const name = qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
    throw resourceConflict(
      `An event source mapping with SQS arn (" ${mapping.sourceArn} ") and function (" ${name} ") already exists. Please update or delete the existing mapping with UUID ${same.uuid}`,
    );
  }

  /** A message would come back while the function still works on it. */
  #checkTimeouts({ settings }: Queue, functionTimeoutMs: number): void {
    if (settings.visibilityTimeoutMs >= functionTimeoutMs) return;
    throw invalidParameter(
      `Queue visibility timeout: ${settings.visibilityTimeoutMs / 1000} seconds is less than Function timeout: ${functionTimeoutMs / 1000} seconds`,
    );
  }

  #write(mapping: Mapping): void {
    this.#dependencies.state
      .statement('INSERT OR REPLACE INTO event_source_mappings VALUES (?, ?, ?, ?)')
      .run(mapping.uuid, mapping.functionName, mapping.sourceArn, JSON.stringify(mapping));
    this.#mappings.set(mapping.uuid, mapping);
    this.#stop(mapping.uuid);
    this.#poll(mapping);
  }

  #poll(mapping: Mapping): void {
    const { queues, scope } = this.#dependencies;
    const queue = queues.find(mapping.sourceArn);
    if (!this.#started || !mapping.enabled || queue === undefined) return;
    this.#pollers.set(
      mapping.uuid,
      new Poller({ ...this.#dependencies, mapping, queue, region: scope.region }),
    );
  }

  #stop(uuid: string): void {
    const poller = this.#pollers.get(uuid);
    if (poller === undefined) return;
    this.#pollers.delete(uuid);
    const ending = poller.close().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
