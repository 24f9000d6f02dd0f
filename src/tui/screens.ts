import { fixturesScreen } from './fixtures/fixtures-screen.ts';
import { functionsScreen } from './functions/functions-screen.tsx';
import { invocationScreen } from './invocation/invocation-screen.ts';
import { invocationsScreen } from './invocations/invocations-screen.ts';
import { logsScreen } from './logs/logs-screen.tsx';
import { hostScreen, type ScreenHost } from './shell/screen-host.ts';

/** All screens, each with a state of its own. */
export function createScreens(): readonly ScreenHost[] {
  return [
    hostScreen(invocationsScreen),
    hostScreen(invocationScreen),
    hostScreen(functionsScreen),
    hostScreen(fixturesScreen),
    hostScreen(logsScreen),
  ];
}
