import { useMemo } from 'react';
import type { Gesture, GestureAnswer, StoryOrder, TimeOrder } from '../../protocol.ts';

// Each kind of gesture without the person, who is the same for the whole page.
type OwnGesture = Gesture extends infer One ? (One extends Gesture ? Omit<One, 'as'> : never) : never;

export interface Orders {
  gesture(gesture: OwnGesture): Promise<GestureAnswer>;
  time(order: TimeOrder): Promise<void>;
  story(order: StoryOrder): Promise<void>;
}

const LOST = 'The sandbox does not answer. Is it still running in the terminal?';

/** What the page asks of its server. Whatever goes wrong is told with `onProblem`; nothing is thrown. */
export function useOrders(person: string, onProblem: (problem: string) => void): Orders {
  return useMemo(() => {
    const told = async (answer: Promise<GestureAnswer>): Promise<void> => {
      const { problem } = await answer;
      if (problem !== undefined) onProblem(problem);
    };
    return {
      gesture: async (gesture) => {
        const answer = send('/sandbox/gesture', { as: person, ...gesture });
        // What was typed says under its line what became of it.
        if (gesture.kind !== 'say' && gesture.kind !== 'command') await told(answer);
        return answer;
      },
      time: (order) => told(send('/sandbox/time', order)),
      story: (order) => told(send('/sandbox/story', order)),
    };
  }, [person, onProblem]);
}

async function send(path: string, order: unknown): Promise<GestureAnswer> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
    return response.status === 204 ? { ok: true } : ((await response.json()) as GestureAnswer);
  } catch {
    return { ok: false, problem: LOST };
  }
}
