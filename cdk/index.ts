export { LiveLambda } from './live-lambda.ts';
export type { LiveLambdaProps } from './live-lambda-props.ts';
