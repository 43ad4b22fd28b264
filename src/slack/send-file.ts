import { AppError } from '../domain/errors.ts';
import type { SlackContext } from './context.ts';
import { fromSlackError } from './slack-error.ts';

export interface FileToSend {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What is said beside it; escaped. */
  readonly comment: string;
}

/** Puts a file into a person's direct messages, where nobody else sees it. */
export async function sendFile(
  { client }: Pick<SlackContext, 'client'>,
  userId: string,
  { name, bytes, comment }: FileToSend,
): Promise<void> {
  try {
    const { channel } = await client.conversations.open({ users: userId });
    if (channel?.id === undefined) throw noPlace();
    const file = Buffer.from(bytes);
    await client.files.uploadV2({
      channel_id: channel.id,
      file,
      filename: name,
      title: name,
      initial_comment: comment,
    });
  } catch (error) {
    throw fromSlackError(error);
  }
}

function noPlace(): AppError {
  return new AppError({
    code: 'slack_unavailable',
    message: 'conversations.open gave no channel',
    publicMessage: 'Slack did not open your direct messages. Try again in a moment.',
  });
}
