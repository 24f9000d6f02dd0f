/** An IAM statement that allows what was refused: printed to be pasted. */
export function policyStatement(
  action: string | readonly string[],
  resource: string | readonly string[],
): string {
  return JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource });
}
