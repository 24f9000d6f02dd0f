/** The function behind a trigger. */
export type TriggerTarget = {
  readonly functionName: string;
  /** Of its alias: that is what is called. */
  readonly arn: string;
  /** Seconds. */
  readonly timeout: number;
};

export type Undo = () => Promise<unknown>;

/** One kind of triggers of a source, as AWS has them. A trigger belongs to one function. */
export type TriggerTable = {
  /** What is there, by the name of the function it calls; sorted. */
  read(targets: readonly TriggerTarget[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /**
   * Does whatever of `put` can be refused, while nothing new comes by it yet but what nothing served. Gives what takes that
   * back.
   */
  prepare(target: TriggerTarget, trigger: string): Promise<Undo>;
  /** Makes it, or takes it over from another function without a gap where AWS can do that. */
  put(target: TriggerTarget, trigger: string): Promise<void>;
  /** Removes it, unless another function has taken it over. */
  remove(target: TriggerTarget, trigger: string): Promise<void>;
  close(): void;
};

/** `users-find`, of `arn:aws:lambda:…:function:users-find:live`. */
export function functionOfArn(arn: string): string | undefined {
  return /:function:([\w-]+)/.exec(arn)?.[1];
}

export function sortedLists(
  pairs: readonly (readonly [string, string])[],
): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>();
  for (const [name, value] of [...pairs].sort(([, one], [, other]) => (one < other ? -1 : 1))) {
    lists.set(name, [...(lists.get(name) ?? []), value]);
  }
  return lists;
}
