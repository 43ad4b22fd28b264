import { blockedStep, nextStep } from '../../domain/campaign.ts';
import type { Rotation, StepName } from '../../domain/rotation.ts';
import { CAMPAIGN_KEY, CAMPAIGN_KIND, CAMPAIGN_OWNER, NOBODY } from '../../services/campaigns/announce-campaign.ts';
import { rowsOf } from '../../services/campaigns/close-campaign.ts';
import type { Message } from '../slack/index.ts';
import type { Stage } from '../stage.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../world/index.ts';
import { uniform } from '../world/random.ts';
import type { Fleet, FleetKey, Manner } from './fleet.ts';
import type { FleetWorld } from './fleet-world.ts';
import { buttonsOf, CHANNEL, type Press, press, pressAndFill, pressTogether } from './gestures.ts';
import { approveWhatIsAsked } from './second-person.ts';

// Who may end keys for good, who agrees to it, and who sees to what nobody owns.
const RESPONDER = 'U0ANA';
const SECOND = 'U0CHRIS';
const SLOW = 'U0BEN';
const AWAY = { userId: 'U0DEE', forMs: 14 * DAY_MS };
const FIRST_HOUR = 8;
const LAST_HOUR = 15;
const APPROVES_AFTER_MS = 6 * MINUTE_MS;
// What one person gets done in one look at the thread.
const AT_ONCE = 12;
const SHOWN_WANTED = 10;
const REMINDED = /reminded \d/;
// One key in so many is clicked twice, or by two people at once.
const EVERY_DOUBLE = 5;
const EVERY_TOGETHER = 7;

interface Seen {
  readonly message: Message;
  readonly rotation: Rotation;
  readonly key: FleetKey;
  readonly buttons: ReadonlySet<string>;
}

/** The owners, the responder and the second person: they see the thread in their office hours and press its buttons. */
export class People {
  readonly #stage: Stage;
  readonly #world: FleetWorld;
  readonly #keys: ReadonlyMap<string, FleetKey>;
  readonly #startedAt: number;
  readonly #isBrisk: boolean;
  /** When somebody first saw what is to be done: `rotation step`. */
  readonly #seenAt = new Map<string, number>();
  readonly #made = new Set<string>();
  readonly #moved = new Set<string>();
  #nextLookAt: number;
  #approvesAt: number | null = null;

  constructor(stage: Stage, world: FleetWorld, { keys, tempo }: Fleet) {
    this.#isBrisk = tempo === 'brisk';
    this.#stage = stage;
    this.#world = world;
    this.#keys = new Map(keys.map((key) => [key.keyId, key]));
    this.#startedAt = stage.clock.now();
    this.#nextLookAt = nextOfficeHour(this.#startedAt);
    this.#wakeAt(this.#nextLookAt);
  }

  /** After each step of time: does what is due, while time stands still. */
  async step(): Promise<void> {
    const now = this.#stage.clock.now();
    if (this.#approvesAt !== null && this.#approvesAt <= now) {
      this.#approvesAt = null;
      await this.#approve();
    }
    if (this.#nextLookAt > now) return;
    await this.#look();
    this.#nextLookAt = nextOfficeHour(now);
    this.#wakeAt(this.#nextLookAt);
  }

  async #look(): Promise<void> {
    const { approvals, campaigns, messages } = this.#stage.app.deps.store.read;
    if ((await approvals.waiting()).length > 0) this.#approveSoon();
    for (const campaign of await campaigns.standing()) {
      if (campaign.state !== 'running') continue;
      const root = await messages.get(CAMPAIGN_KIND, campaign.id);
      if (root === undefined) continue;
      const open = (await rowsOf(this.#stage.app.deps.store.read, campaign.id)).flatMap(({ rotation }) =>
        rotation?.state === 'open' ? [rotation] : [],
      );
      if (open.length > 0 && open.every((rotation) => blockedStep(rotation) !== null)) await this.#endCampaign(root.ts);
      else await this.#work(this.#stage.slack.person(RESPONDER).thread(CHANNEL, root.ts));
    }
  }

  /** Nothing but blocked keys is left. */
  async #endCampaign(ts: string): Promise<void> {
    const click = { userId: RESPONDER, ts, actionId: 'campaign_end' };
    await pressAndFill(this.#stage, click, { reason: { value: 'what is left waits for a vendor' } });
  }

  async #work(thread: readonly Message[]): Promise<void> {
    const { messages } = this.#stage.app.deps.store.read;
    const waiting = new Map<string, number>();
    const lists: { readonly owner: string; readonly message: Message }[] = [];
    const done = new Map<string, number>();
    for (const message of thread) {
      const buttons = buttonsOf(message);
      if (buttons.size === 0) continue;
      const record = await messages.at(message.channel, message.ts);
      const [, about = ''] = record?.subjectId.split(':') ?? [];
      if (record?.kind === CAMPAIGN_OWNER) lists.push({ owner: about, message });
      if (record?.kind !== CAMPAIGN_KEY) continue;
      const seen = await this.#seen(message, buttons, about);
      if (seen === null || !this.#isHere(userOf(seen.key))) continue;
      const owner = seen.key.ownerSlackId ?? NOBODY;
      // What is watched, or in its grace, waits for nobody.
      const step = nextStep(seen.rotation);
      if (seen.key.manner !== 'blocked' && step !== null && step !== 'verify') count(waiting, owner);
      if ((done.get(owner) ?? 0) < AT_ONCE && (await this.#act(seen))) count(done, owner);
    }
    for (const { owner, message } of lists) {
      const userId = owner === NOBODY ? RESPONDER : owner;
      const wants = (waiting.get(owner) ?? 0) < SHOWN_WANTED && this.#isHere(userId);
      if (!wants || !buttonsOf(message).has('campaign_next')) continue;
      await press(this.#stage, { userId, ts: message.ts, actionId: 'campaign_next' });
    }
  }

  async #seen(message: Message, buttons: ReadonlySet<string>, rotationId: string): Promise<Seen | null> {
    const { keys, rotations } = this.#stage.app.deps.store.read;
    const rotation = await rotations.get(rotationId);
    const old = rotation && (await keys.get(rotation.oldKeyId));
    const key = old && this.#keys.get(old.providerKeyId);
    return rotation === undefined || key === undefined ? null : { message, rotation, key, buttons };
  }

  /** The next step of one key, if its person gets to it now. */
  async #act(seen: Seen): Promise<boolean> {
    const step = nextStep(seen.rotation);
    if (step === null || !this.#isTime(seen, step)) return false;
    switch (step) {
      case 'generate':
        return this.#generate(seen);
      case 'store':
        await this.#done(seen);
        return true;
      case 'redeploy':
        return this.#redeploy(seen);
      case 'verify':
        return this.#verify(seen);
      case 'revoke':
        return this.#end(seen);
      default:
        return false;
    }
  }

  #isHere(userId: string): boolean {
    return this.#isBrisk || userId !== AWAY.userId || this.#stage.clock.now() >= this.#startedAt + AWAY.forMs;
  }

  #isTime({ rotation, key, message }: Seen, step: StepName): boolean {
    const now = this.#stage.clock.now();
    const id = `${rotation.id} ${step}`;
    const seenAt = this.#seenAt.get(id) ?? now;
    this.#seenAt.set(id, seenAt);
    if (this.#isBrisk) return true;
    if (key.manner === 'reminded' && step === 'redeploy' && !REMINDED.test(message.text)) return false;
    return now - seenAt >= delayMs(key, step);
  }

  /** In the provider's console, by hand; Keysteward finds the key by its name. */
  #generate({ rotation, key, buttons, message }: Seen): boolean {
    const { newName } = rotation;
    if (newName === null || this.#made.has(rotation.id)) return false;
    // Only where the message asks for it, and by the name that stands there.
    if (!buttons.has('rotation_key') || !message.text.includes(newName)) return false;
    this.#world.createKey({ provider: key.provider, scopeId: key.scopeId, holder: key.holder, name: newName });
    this.#made.add(rotation.id);
    return true;
  }

  async #redeploy(seen: Seen): Promise<boolean> {
    const { key, rotation, buttons } = seen;
    if (key.manner === 'blocked') {
      if (!buttons.has('rotation_block') || this.#moved.has(rotation.id)) return false;
      this.#moved.add(rotation.id);
      return pressAndFill(this.#stage, this.#click(seen, 'rotation_block'), {
        reason: { value: 'the vendor ships the new firmware in spring' },
      });
    }
    const fresh = await this.#newKeyId(rotation);
    if (fresh === null || !buttons.has('rotation_done')) return false;
    if (isForgetful(key.manner)) this.#world.forget(key.keyId);
    this.#world.redeploy(key.keyId, fresh);
    await this.#done(seen);
    return true;
  }

  /** `Done`: some people click twice, and sometimes two are at it. */
  async #done(seen: Seen): Promise<void> {
    const click = this.#click(seen, 'rotation_done');
    const { seed } = seen.key;
    if (seed % EVERY_DOUBLE === 0) await pressTogether(this.#stage, [click, click]);
    else if (seed % EVERY_TOGETHER === 0) await pressTogether(this.#stage, [click, { ...click, userId: SECOND }]);
    else await press(this.#stage, click);
  }

  /** It ticks itself; where somebody still calls with the old key a person has to see to it. */
  async #verify(seen: Seen): Promise<boolean> {
    const { key, rotation, buttons } = seen;
    if (!isForgetful(key.manner) || this.#moved.has(rotation.id) || !buttons.has('rotation_verify')) return false;
    this.#moved.add(rotation.id);
    if (key.manner === 'forgotten') {
      const fresh = await this.#newKeyId(rotation);
      if (fresh !== null) this.#world.find(key.keyId, fresh);
      return true;
    }
    const reason = { value: 'what still calls is an old script that nobody needs' };
    return pressAndFill(this.#stage, this.#click(seen, 'rotation_verify'), { reason });
  }

  async #end(seen: Seen): Promise<boolean> {
    const { rotation, buttons } = seen;
    const actionId = ['rotation_retire', 'key_revoke'].find((one) => buttons.has(one));
    if (actionId === undefined) return false;
    const lineage = await this.#stage.app.deps.store.read.lineages.get(rotation.lineageId);
    const click = { userId: RESPONDER, ts: seen.message.ts, actionId };
    const isSent = await pressAndFill(this.#stage, click, {
      reason: { value: 'the new key is verified' },
      slug: { value: lineage?.slug ?? '' },
    });
    if (isSent) this.#approveSoon();
    return isSent;
  }

  #approveSoon(): void {
    if (this.#approvesAt !== null) return;
    this.#approvesAt = this.#stage.clock.now() + APPROVES_AFTER_MS;
    this.#wakeAt(this.#approvesAt);
  }

  async #approve(): Promise<void> {
    await approveWhatIsAsked(this.#stage, SECOND);
    if ((await this.#stage.app.deps.store.read.approvals.waiting()).length > 0) this.#approveSoon();
  }

  async #newKeyId({ newKeyId }: Rotation): Promise<string | null> {
    const key = newKeyId === null ? undefined : await this.#stage.app.deps.store.read.keys.get(newKeyId);
    return key?.providerKeyId ?? null;
  }

  #click({ key, message }: Seen, actionId: string): Press {
    return { userId: userOf(key), ts: message.ts, actionId };
  }

  /** Time stops there. */
  #wakeAt(at: number): void {
    this.#stage.clock.timer(at, () => {});
  }
}

function userOf({ ownerSlackId }: FleetKey): string {
  return ownerSlackId ?? RESPONDER;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function isForgetful(manner: Manner): boolean {
  return manner === 'forgotten' || manner === 'sacrificed';
}

/** The next full hour in which people work, and some minutes. */
function nextOfficeHour(after: number): number {
  let at = Math.floor(after / HOUR_MS) * HOUR_MS + HOUR_MS;
  while (!isOffice(at)) at += HOUR_MS;
  return at + 7 * MINUTE_MS;
}

function isOffice(at: number): boolean {
  const date = new Date(at);
  const isWorkday = date.getUTCDay() % 6 !== 0;
  return isWorkday && date.getUTCHours() >= FIRST_HOUR && date.getUTCHours() <= LAST_HOUR;
}

/** From an hour to a day and a half, twice that for the slow; whoever has to find out who still calls takes longer. */
function delayMs({ seed, manner, ownerSlackId }: FleetKey, step: StepName): number {
  const share = uniform(seed, step.length, 11);
  const slowMs = step === 'verify' && isForgetful(manner) ? 2 * DAY_MS : 0;
  return slowMs + Math.floor(share * share * 36) * HOUR_MS * (ownerSlackId === SLOW ? 2 : 1);
}
