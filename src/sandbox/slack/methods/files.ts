import { jsonArg } from '../http-body.ts';
import { type JsonObject, objectsIn, textOf } from '../json.ts';
import type { Platform } from '../platform.ts';
import { invalidArguments, SlackError } from '../slack-error.ts';
import type { StoredFile } from '../types.ts';
import { findChannel, isBotIn, type Methods, need } from './method.ts';

const MIMETYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export const filesMethods: Methods = {
  'files.getUploadURLExternal': { scope: () => 'files:write', run: getUploadUrl },
  'files.completeUploadExternal': { scope: () => 'files:write', run: completeUpload },
  'files.info': {
    scope: () => 'files:read',
    run: ({ workspace, url }, args) => {
      const file = workspace.files.get(need(args, 'file'));
      if (file === undefined || !file.isComplete) throw new SlackError('file_not_found');
      return { file: { ...fileJson(file), url_private_download: `${url()}/file/${file.id}` } };
    },
  },
};

/** A file that a person gives to the app in a modal: shared with nobody else. */
export function attachFile(
  { workspace }: Platform,
  user: string,
  { name, bytes }: { name: string; bytes: Uint8Array },
): string {
  const id = workspace.nextId('F');
  const kept = { size: bytes.byteLength, mimetype: mimetypeOf(name), isComplete: true, channels: [] };
  workspace.files.set(id, { id, name, title: name, user, bytes, ...kept });
  return id;
}

function mimetypeOf(name: string): string {
  return MIMETYPES[/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}

function getUploadUrl({ workspace, url }: Platform, args: JsonObject): JsonObject {
  const name = need(args, 'filename');
  const size = Number(args['length']);
  if (!Number.isInteger(size) || size <= 0) throw invalidArguments('length: the size in bytes');
  const id = workspace.nextId('F');
  const { botUserId: user } = workspace.seed.app;
  workspace.files.set(id, {
    id,
    name,
    title: name,
    size,
    mimetype: mimetypeOf(name),
    user,
    isComplete: false,
    channels: [],
  });
  return { upload_url: `${url()}/upload/${id}`, file_id: id };
}

function completeUpload(platform: Platform, args: JsonObject): JsonObject {
  const { workspace } = platform;
  const wanted = objectsIn(jsonArg(args['files']));
  if (wanted.length === 0) throw invalidArguments('missing required field: files');
  const channelId = textOf(args['channel_id']);
  const channel = channelId === undefined ? undefined : findChannel(platform, channelId);
  if (channel !== undefined && !isBotIn(platform, channel)) throw new SlackError('not_in_channel');
  const files = wanted.map((one) => {
    const file = workspace.files.get(String(one['id']));
    if (file === undefined || file.bytes === undefined) throw new SlackError('file_not_found');
    const channels = channel === undefined ? [] : [channel.id];
    return { ...file, title: textOf(one['title']) ?? file.title, isComplete: true, channels };
  });
  for (const file of files) workspace.files.set(file.id, file);
  if (channel !== undefined) share(platform, channel.id, { files, args });
  return { files: files.map(fileJson) };
}

function share(
  { workspace }: Platform,
  channel: string,
  { files, args }: { files: readonly StoredFile[]; args: JsonObject },
): void {
  const threadTs = textOf(args['thread_ts']);
  const { botUserId: user, botId } = workspace.seed.app;
  const text = textOf(args['initial_comment']) ?? '';
  const fileIds = files.map((file) => file.id);
  workspace.post({ channel, user, botId, text, blocks: [], fileIds, ...(threadTs === undefined ? {} : { threadTs }) });
}

function fileJson(file: StoredFile): JsonObject {
  const { id, name, title, size, mimetype, user, channels } = file;
  return { id, name, title, size, mimetype, user, mode: 'hosted', is_external: false, channels };
}
