import { type KeyboardEvent, useId, useRef, useState } from 'react';
import type { PageChannel } from '../../protocol.ts';
import { commandOf, type Suggestion, suggestions, usageOf } from '../logic/completion.ts';
import { usePage } from '../page-context.ts';
import { Icon } from '../shell/icon.tsx';
import { SuggestionList } from './suggestion-list.tsx';

interface ComposerProps {
  readonly channel: PageChannel;
  readonly threadTs?: string;
}

/** Where a person writes: words for people, `/keys …` for the bot. */
export function Composer({ channel, threadTs }: ComposerProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const { commands } = usePage();
  const { line, error, isBusy, write, send } = useDraft({ channel, ...(threadTs === undefined ? {} : { threadTs }) });
  const list = useSuggestions(line, write);
  const command = commandOf(line, commands);
  const refusal = refusalOf(channel);
  if (refusal !== null) return <p className="ks-composer ks-refusal">{refusal}</p>;
  const where = threadTs !== undefined ? 'Reply…' : channel.kind === 'direct' ? channel.name : `#${channel.name}`;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (list.onKeyDown(event) || event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <div className="ks-composer">
      {list.items.length > 0 && <SuggestionList id={id} items={list.items} active={list.active} onTake={list.take} />}
      {list.items.length === 0 && command !== undefined && (
        <p className="ks-usage">
          <code>/keys {usageOf(command)}</code> {command.summary}
        </p>
      )}
      <textarea
        ref={field}
        className="ks-composer-field"
        rows={Math.min(6, line.split('\n').length)}
        value={line}
        placeholder={threadTs === undefined ? `Message ${where}, or type / for a command` : where}
        aria-label={threadTs === undefined ? `Message ${where}` : 'Reply in the thread'}
        aria-autocomplete="list"
        aria-controls={list.items.length > 0 ? id : undefined}
        aria-activedescendant={list.items.length > 0 ? `${id}-${list.active}` : undefined}
        aria-describedby={error === null ? undefined : `${id}-error`}
        autoComplete="off"
        onChange={({ target }) => write(target.value)}
        onKeyDown={onKeyDown}
      />
      <button
        type="button"
        className="ks-send"
        aria-label="Send"
        disabled={line.trim() === '' || isBusy}
        onClick={() => void send()}
      >
        <Icon name="send" />
      </button>
      {error !== null && (
        <p className="ks-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function refusalOf({ isArchived, isMember, kind, name }: PageChannel): string | null {
  const where = kind === 'direct' ? name : `#${name}`;
  if (isArchived) return `${where} is archived: nobody can write here.`;
  return isMember ? null : `You are not a member of ${where}: you can read it, but not write or use commands here.`;
}

function useDraft({ channel, threadTs }: ComposerProps) {
  const { orders } = usePage();
  const [line, setLine] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const write = (next: string): void => {
    setLine(next);
    setError(null);
  };
  const send = async (): Promise<void> => {
    const text = line.trim();
    if (text === '' || isBusy) return;
    const isCommand = text.startsWith('/');
    if (isCommand && threadTs !== undefined)
      return setError('Slack has no commands in threads: type it in the channel.');
    if (isCommand && !/^\/keys(\s|$)/.test(text)) return setError('The only command here is /keys: try /keys help.');
    setIsBusy(true);
    const reply = threadTs === undefined ? {} : { threadTs };
    const answer = await orders.gesture(
      isCommand
        ? { kind: 'command', channel: channel.id, line: text }
        : { kind: 'say', channel: channel.id, text, ...reply },
    );
    setIsBusy(false);
    if (answer.ok) setLine((now) => (now.trim() === text ? '' : now));
    else setError(answer.problem ?? 'That was not sent.');
  };
  return { line, error, isBusy, write, send };
}

function useSuggestions(line: string, write: (line: string) => void) {
  const { commands, people } = usePage();
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const items = dismissed === line ? [] : suggestions(line, commands, people);
  const at = Math.min(active, Math.max(items.length - 1, 0));
  const take = (item: Suggestion): void => {
    write(item.line);
    setActive(0);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (items.length === 0 || event.shiftKey) return false;
    const item = items[at];
    if (event.key === 'ArrowDown') setActive((at + 1) % items.length);
    else if (event.key === 'ArrowUp') setActive((at + items.length - 1) % items.length);
    else if (event.key === 'Escape') setDismissed(line);
    else if ((event.key === 'Tab' || event.key === 'Enter') && item !== undefined) take(item);
    else return false;
    event.preventDefault();
    return true;
  };
  return { items, active: at, take, onKeyDown };
}
