import { authMethods } from './auth.ts';
import { chatMethods } from './chat.ts';
import { conversationsMethods } from './conversations.ts';
import { filesMethods } from './files.ts';
import type { Methods } from './method.ts';
import { pinsMethods } from './pins.ts';
import { usersMethods } from './users.ts';
import { viewsMethods } from './views.ts';

export const methods: Methods = {
  ...authMethods,
  ...chatMethods,
  ...conversationsMethods,
  ...filesMethods,
  ...pinsMethods,
  ...usersMethods,
  ...viewsMethods,
};
