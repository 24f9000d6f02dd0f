import { work } from '../work.ts';

export const handler = work('deployed');
