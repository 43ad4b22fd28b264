import type { PagePerson } from '../../protocol.ts';
import { Icon } from '../shell/icon.tsx';

const HUES = [152, 212, 28, 282, 338, 190, 52, 248];

/** Initials on a colour of the person's own. Their name stands beside it, so it says nothing. */
export function Avatar({ person, isSmall = false }: { person: PagePerson | undefined; isSmall?: boolean }) {
  const name = person?.realName || person?.name || '?';
  const letters = name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .join('')
    .slice(0, 2)
    .toUpperCase();
  const seed = [...(person?.id ?? '')].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const background = person?.isBot === true ? undefined : `hsl(${HUES[seed % HUES.length] ?? 0} 42% 32%)`;
  return (
    <span
      aria-hidden="true"
      className={`ks-avatar${isSmall ? ' ks-avatar-small' : ''}${person?.isBot === true ? ' ks-avatar-bot' : ''}`}
      style={{ background }}
    >
      {person?.isBot === true ? <Icon name="key" size={isSmall ? 14 : 22} /> : letters}
    </span>
  );
}
