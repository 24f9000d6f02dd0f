import type { AliasTarget } from './deploy/deployed-function.ts';

/** `3`, or `3, 10 % to 4` */
export function aliasText({ version, weights }: AliasTarget): string {
  const shares = Object.entries(weights).map(([other, share]) => `${percentText(share)} to ${other}`);
  return [version, ...shares].join(', ');
}

function percentText(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
