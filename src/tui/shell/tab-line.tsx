import { Box, Text, useIsScreenReaderEnabled } from 'ink';
import type { ScreenId } from '../key-table.ts';
import { useTheme } from '../theme.ts';
import type { Place } from './navigation.ts';
import { TOP_SCREENS } from './navigation.ts';

/** From here on all of the way back has room. */
const BACK_FROM = 72;

/** The places with their keys. The one that the user is in, or came from, is in brackets: never by colour alone. */
export function TabLine({ place, columns }: { readonly place: Place; readonly columns: number }) {
  const theme = useTheme();
  const path: readonly ScreenId[] = [...place.parents, place.screen];
  const inside = TOP_SCREENS.findLast((screen) => path.includes(screen)) ?? 'invocations';
  const here = place.screen === inside;
  if (useIsScreenReaderEnabled()) {
    return (
      <Box aria-role="tab" aria-state={{ selected: true }}>
        <Text>{here ? inside : `${inside} › one invocation`}</Text>
      </Box>
    );
  }
  return (
    <Text wrap="truncate">
      {TOP_SCREENS.map((screen, index) => (
        <Text key={screen} {...(screen === inside ? theme.accent : theme.faint)}>
          {screen === inside ? `[${index + 1} ${screen}] ` : ` ${index + 1} ${screen}  `}
        </Text>
      ))}
      <Text {...theme.faint}>{here ? '' : `› escape${columns < BACK_FROM ? '' : ' goes back'}`}</Text>
    </Text>
  );
}
