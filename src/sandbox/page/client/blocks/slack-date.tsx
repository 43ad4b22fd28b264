import { dateText, shortDate, timeOfDay } from '../logic/dates.ts';
import { useNow } from '../page-context.ts';

export function SlackDate({ seconds, format }: { seconds: number; format: string }) {
  const at = seconds * 1000;
  return (
    <time dateTime={new Date(at).toISOString()} title={`${shortDate(at)}, ${timeOfDay(at)} UTC`}>
      {dateText(at, format, useNow())}
    </time>
  );
}
