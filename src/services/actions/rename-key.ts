import { keyRename } from '../../domain/action-params.ts';
import { type Act, noRight, notShown, refOf } from './act.ts';

/** Gives a key another name at its provider, and keeps it as its label: the next key list says the same. */
export const renameKey: Act = async ({ provider, action, key }) => {
  const { name } = keyRename.parse(action.params);
  if (provider.renameKey === undefined) throw noRight(`connection ${key.connectionId} cannot rename`);
  // The same name twice is one name: an earlier try whose answer was lost is simply made again.
  const shown = await provider.renameKey(refOf(key), name);
  if (shown !== name) throw notShown('the name', shown);
  return {
    already: false,
    statuses: new Map(),
    limits: null,
    detail: { name },
    record: async (tx) => {
      const now = await tx.keys.get(key.id);
      if (now !== undefined) await tx.keys.update({ ...now, label: name });
    },
  };
};
