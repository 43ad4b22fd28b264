import type { Story } from '../support/story-type.ts';
import { leak, withoutHistory } from './leak.ts';
import { night } from './night.ts';
import { rotationByHand, rotationMade } from './rotation.ts';
import { twoPeople } from './two-people.ts';

/**
 * The stories that the app dies over, each as a list of what people do. To add a gesture:
 *
 * 1. Add a step to `steps`, at its place in time. `at` is business time; the step begins when it has come and the step
 *    before it is done. Time costs: each poll is some fifteen crashes.
 * 2. `act` does with `hands` what a person would do, and does nothing where the screen offers nothing: after a crash it
 *    is called again, and the first try may have been applied.
 * 3. `isDone` says, from what people can see in Slack, whether it was applied. Never look into the database here.
 *
 * Effects need no list: whatever the app sends or commits because of the step is recorded, and the app is killed at it.
 * A new kind of outside (another provider) gets a stand-in and a relay in support/surroundings.ts.
 */
export const stories: readonly Story[] = [leak, withoutHistory, night, twoPeople, rotationMade, rotationByHand];
