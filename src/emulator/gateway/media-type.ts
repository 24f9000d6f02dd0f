/**
 * Whether a type is one of a REST API's binary media types: each is named whole or with an asterisk behind its slash, or means all.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
 *
 * @param header of `Content-Type` or `Accept`; of several types the first counts
 */
export function isBinaryMediaType(binaryMediaTypes: readonly string[], header: string | undefined): boolean {
  const [type = ''] = (header ?? '').split(/[,;]/, 1);
  const wanted = type.trim().toLowerCase();
  return binaryMediaTypes.some((written) => {
    const one = written.toLowerCase();
    if (one === '*/*') return true;
    return wanted !== '' && (one === wanted || (one.endsWith('/*') && wanted.startsWith(one.slice(0, -1))));
  });
}
