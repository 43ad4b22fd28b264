import { Consumer, type ConsumerOptions } from '../../../src/sandbox/rotation/consumer.ts';
import type { WorldKey } from '../../../src/sandbox/world/index.ts';

/** The sandbox's consumer, and what is to be the same with a crash as without one. */
export class ObservedConsumer extends Consumer {
  readonly #world: ConsumerOptions['world'];

  constructor(options: ConsumerOptions) {
    super(options);
    this.#world = options.world;
  }

  /** Made by a try whose answer was lost, so that nobody has the value: the app deletes it before it makes another. */
  strays(): readonly WorldKey[] {
    return this.made().filter(({ id }) => this.#world.stateOf(id) === 'deleted');
  }

  /** What is stored, what is used, and whether it works. */
  facts(): readonly string[] {
    const { stored, using } = this;
    return [
      `stored is the value of ${stored?.name} ${stored && this.#world.stateOf(stored.id)}`,
      `used is ${using.name} ${this.#world.stateOf(using.id)}`,
    ];
  }
}
