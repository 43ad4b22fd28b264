import type { KnownBlock, View } from '@slack/types';
import type { PolicySetting } from '../../domain/policy.ts';
import { plural } from '../../domain/time.ts';
import { plain } from './action-modal.ts';
import { context, section, sections } from './blocks.ts';
import { foreign, mention } from './text.ts';

export const SETTINGS_TITLE = 'Settings';
const MAX_LINES = 250;
const VALUE_MAX = 200;
const PEOPLE = /^(?:roles|owners)\./;
const PERSON_OR_GROUP = /^[UWS][A-Z0-9]{2,}$/;

/** The effective policy: each value, and the line of the file that sets it. Changed in the file, by whoever runs the bot. */
export function settingsModal(settings: readonly PolicySetting[], configLines: readonly string[]): View {
  const lines = settings.slice(0, MAX_LINES).map(settingText);
  const more = settings.length - MAX_LINES;
  if (more > 0) lines.push(`and ${plural(more, 'more value')}: see the file`);
  const blocks: KnownBlock[] = [
    section('*What holds now, and where it is from.* To change it edit policy.yml on the server and restart the bot.'),
    ...sections(lines.length === 0 ? ['The policy was not read from a file.'] : lines),
    ...(configLines.length === 0 ? [] : [context(configLines.map((line) => foreign(line, VALUE_MAX)).join('\n'))]),
  ];
  return { type: 'modal', title: plain(SETTINGS_TITLE), close: plain('Close'), blocks };
}

function settingText({ key, value, line }: PolicySetting): string {
  const from = line === null ? 'default' : `line ${line}`;
  return `*${foreign(key)}* ${PEOPLE.test(key) ? peopleText(value) : foreign(value, VALUE_MAX)} · ${from}`;
}

function peopleText(value: string): string {
  const ids = value.split(', ');
  return ids.every((id) => PERSON_OR_GROUP.test(id))
    ? ids.slice(0, 30).map(mention).join(', ')
    : foreign(value, VALUE_MAX);
}
