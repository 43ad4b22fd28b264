import { Avatar } from '../messages/avatar.tsx';
import { usePage } from '../page-context.ts';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

/** Who looks: the whole page is what this person sees and may do. */
export function WhoAmI({ onBe }: { onBe: (id: string) => void }) {
  const { people, person } = usePage();
  const me = people.find(({ id }) => id === person);
  const name = me?.realName ?? '…';
  return (
    <Popover
      className="ks-who"
      label={`You are ${name}, ${me?.part?.title ?? ''}. Be somebody else`}
      button={
        <>
          <Avatar person={me} />
          <span className="ks-who-words">
            <span className="ks-popover-kind">You are</span>
            <strong>{name}</strong>
            <span>{me?.part?.title}</span>
          </span>
          <Icon name="down" />
        </>
      }
    >
      {(close) => (
        <ul className="ks-cards" aria-label="Who am I">
          {people
            .filter(({ part }) => part !== null)
            .map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  className="ks-person"
                  aria-current={one.id === person}
                  onClick={() => {
                    close();
                    onBe(one.id);
                  }}
                >
                  <Avatar person={one} />
                  <span>
                    <strong>{one.realName}</strong> · {one.part?.title}
                    <span className="ks-card-line">{one.part?.hint}</span>
                  </span>
                </button>
              </li>
            ))}
        </ul>
      )}
    </Popover>
  );
}
