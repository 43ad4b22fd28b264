import { useEffect, useState } from 'react';
import type { PageFile } from '../../protocol.ts';
import { usePage } from '../page-context.ts';

const TEXT_TYPES = /^(?:text\/|application\/(?:json|x-ndjson|yaml))/;
const SHOWN_MAX = 1_200;

/** A file in a message: pictures and texts at once, everything to be taken away. */
export function FilePreview({ file }: { file: PageFile }) {
  const url = usePage().fileUrl(file.id);
  const name = file.title || file.name;
  return (
    <figure className="ks-file">
      {file.mimetype.startsWith('image/') && <img src={url} alt={name} loading="lazy" />}
      {TEXT_TYPES.test(file.mimetype) && <TextPreview url={url} />}
      <figcaption>
        <a className="ks-link" href={url} download={file.name}>
          {name}
        </a>{' '}
        <span className="ks-hint">
          {file.mimetype} · {sizeOf(file.size)}
        </span>
      </figcaption>
    </figure>
  );
}

function TextPreview({ url }: { url: string }) {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    fetch(url, { signal: leaving.signal })
      .then(async (response) => setText(response.ok ? await response.text() : null))
      // The link below stays, and says more when it is clicked.
      .catch(() => setText(null));
    return () => leaving.abort();
  }, [url]);
  if (text === null) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <pre className="ks-file-text" tabIndex={0}>
      {text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text}
    </pre>
  );
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
