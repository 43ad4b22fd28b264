import { asObject, type JsonObject, textOf } from '../../../slack/json.ts';
import { wordsOf } from '../logic/drawable.ts';
import { SafeLink } from './safe-link.tsx';

export function UnknownBlock({ block }: { block: JsonObject }) {
  const url = textOf(block['image_url']) ?? textOf(asObject(block['slack_file'])['url']) ?? textOf(block['title_url']);
  const words = wordsOf(block) || `A block of type ${String(block['type'])}`;
  return (
    <p className="ks-unknown" data-block-type={String(block['type'])}>
      {url === undefined ? words : <SafeLink href={url}>{words}</SafeLink>}
    </p>
  );
}
