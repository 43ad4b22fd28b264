import type { ClickTarget, GestureResult, Person, SubmitResult } from '../slack/index.ts';
import type { Gesture, GestureAnswer } from './protocol.ts';

/** Lets the person do it, and says what they would see of it at once. */
export async function perform(person: Person, gesture: Gesture): Promise<GestureAnswer> {
  try {
    return await act(person, gesture);
  } catch (error) {
    // The workspace throws plain errors for what nobody could do on a screen; anything else is a fault of ours.
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    return { ok: false, problem: sentence(error.message) };
  }
}

async function act(person: Person, gesture: Gesture): Promise<GestureAnswer> {
  switch (gesture.kind) {
    case 'command': {
      const [name = ''] = gesture.line.trim().split(/\s/);
      return answerOf(await person.command(gesture.line, gesture.channel), name);
    }
    case 'say': {
      const { channel, text, threadTs } = gesture;
      person.say(channel, text, threadTs === undefined ? {} : { threadTs });
      return { ok: true };
    }
    case 'open-home':
      return answerOf(await person.openHome(), 'The Home tab');
    case 'click':
      return answerOf(await person.click(targetOf(gesture)), 'The app');
    case 'submit':
      return submitAnswer(await person.submit(gesture.viewId, gesture.entries));
    case 'close': {
      const result = await person.closeView(gesture.viewId, { all: gesture.all });
      return result === undefined ? { ok: true } : answerOf(result, 'The app');
    }
  }
}

function targetOf({ as: _as, kind: _kind, ...target }: Extract<Gesture, { kind: 'click' }>): ClickTarget {
  return target;
}

function submitAnswer(result: SubmitResult): GestureAnswer {
  if (result.errors !== undefined) return { ok: false, errors: result.errors };
  if (result.trouble !== undefined) return { ok: false, problem: 'We had some trouble connecting. Try again?' };
  return answerOf(result, 'The app');
}

function answerOf(result: GestureResult, who: string): GestureAnswer {
  if (result.acked) return { ok: true };
  const how = result.shown === 'operation_timeout' ? 'did not answer in time' : 'could not be reached';
  return { ok: false, problem: `${who} ${how}. (${result.shown ?? 'dispatch_failed'})` };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
