import { streamWork } from '../stream-work.ts';

export const handler = streamWork('deployed');
