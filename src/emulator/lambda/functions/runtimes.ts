/**
 * Lambda's runtimes that have an interpreter outside of AWS, the newest of each first; those that AWS has retired still
 * run here. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
export const RUNNABLE_RUNTIMES: readonly string[] = [
  ...[26, 24, 22, 20, 18, 16, 14, 12].map((major) => `nodejs${major}.x`),
  ...[15, 14, 13, 12, 11, 10, 9, 8].map((minor) => `python3.${minor}`),
  'provided.al2023',
  'provided.al2',
  'provided',
];

/** Lambda has them, and the emulator has no runtime for them. */
export const OTHER_RUNTIMES: readonly string[] = [
  'java25',
  'java21',
  'java17',
  'java17.al2023',
  'java11',
  'java11.al2023',
  'java8.al2023',
  'java8.al2',
  'java8',
  'dotnet10',
  'dotnet9',
  'dotnet8',
  'dotnet6',
  'ruby4.0',
  'ruby3.4',
  'ruby3.3',
  'ruby3.2',
  'go1.x',
];

export const ALL_RUNTIMES: readonly string[] = [...RUNNABLE_RUNTIMES, ...OTHER_RUNTIMES];

/** https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html#snapstart-runtimes */
export function supportsSnapStart(runtime: string): boolean {
  const python = /^python3\.(\d+)$/.exec(runtime)?.[1];
  return python !== undefined && Number(python) >= 12;
}
