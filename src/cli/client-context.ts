/** A client context that names a lane, as callers do where there is neither a header nor a message attribute. */
export function withLane(clientContext: unknown, lane: string | undefined): unknown {
  if (lane === undefined || lane === 'default') return clientContext;
  const given = typeof clientContext === 'object' && clientContext !== null ? clientContext : {};
  const custom = 'custom' in given && typeof given.custom === 'object' ? given.custom : {};
  return { ...given, custom: { ...custom, 'x-llx-lane': lane } };
}
