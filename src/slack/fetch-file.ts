import { AppError } from '../domain/errors.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { SlackContext } from './context.ts';
import { fromSlackError } from './slack-error.ts';

// Larger ones are for the command line: what is read is held in memory beside everything else.
const FILE_MAX_BYTES = 4 * 1024 * 1024;
const WITHIN_MS = 30 * SECOND_MS;

/** The bytes of a file that this person gave to the bot. The token is shown to Slack's own addresses alone. */
export async function fetchFile(
  { client }: Pick<SlackContext, 'client'>,
  { fileId, userId }: { readonly fileId: string; readonly userId: string },
): Promise<Uint8Array> {
  const { file } = await client.files.info({ file: fileId }).catch((error: unknown) => {
    throw fromSlackError(error);
  });
  if (file?.user !== userId) throw refused('This file is not yours. Choose one that you upload yourself.');
  if ((file.size ?? 0) > FILE_MAX_BYTES) throw tooLarge();
  const address = file.url_private_download ?? file.url_private ?? '';
  if (!isSlacks(address, client.slackApiUrl)) throw refused('Slack gave no address for this file. Upload it again.');
  const response = await fetch(address, {
    headers: { authorization: `Bearer ${client.token}` },
    redirect: 'error',
    signal: AbortSignal.timeout(WITHIN_MS),
  }).catch((cause: unknown) => {
    throw refused('Slack did not hand the file over. Try again in a moment.', cause);
  });
  // Without the right to files Slack answers with a page to log in on.
  const isPage = (response.headers.get('content-type') ?? '').startsWith('text/html');
  if (!response.ok || isPage)
    throw refused('Slack did not hand the file over. Check that the app has the scope `files:read`, and try again.');
  return bytesOf(response);
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > FILE_MAX_BYTES) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Slack's, or where the Web API is. */
function isSlacks(address: string, apiUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, origin } = new URL(address);
  return origin === new URL(apiUrl).origin || (protocol === 'https:' && /(?:^|\.)slack\.com$/.test(hostname));
}

function tooLarge(): AppError {
  return refused(
    `The file is larger than ${FILE_MAX_BYTES / 1024 / 1024} MB. Import it on the server: \`keysteward keys import FILE\`.`,
  );
}

function refused(publicMessage: string, cause?: unknown): AppError {
  return new AppError({
    code: 'invalid_input',
    message: `a file was not read: ${publicMessage}`,
    publicMessage,
    cause,
  });
}
