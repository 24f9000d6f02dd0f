/** What sends a first invocation to a session: the place decides who has to be asked. */
export function invocationCommand(
  { endpoint, lane }: { readonly endpoint?: string | undefined; readonly lane: string },
  functionName: string,
): string {
  // Lambda itself: `llx invoke` asks emulators.
  if (endpoint === undefined) return `aws lambda invoke --function-name ${functionName} answer.json`;
  const where = endpoint === 'http://127.0.0.1:4566' ? '' : ` --endpoint ${endpoint}`;
  return `llx invoke ${functionName}${where}${lane === 'default' ? '' : ` --lane ${lane}`}`;
}
