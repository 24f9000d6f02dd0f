/** Whether a text is PEM itself, where it may also be the path of a PEM file. https://www.rfc-editor.org/rfc/rfc7468#section-2 */
export function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}
