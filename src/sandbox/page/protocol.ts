import type { JsonObject } from '../slack/json.ts';

// What the page in the browser and its server say to each other. The page imports types from here and nothing else of the
// server.
//
// GET  /sandbox/events?as=U0ANA   server-sent events; the data of each is one `SectionNews`, as that person sees it. All
//                                 sections come at the beginning, then each one that has changed.
// POST /sandbox/gesture           a `Gesture`; answered with a `GestureAnswer` when the app has acknowledged
// POST /sandbox/time              a `TimeOrder`; answered with 204
// POST /sandbox/story             a `StoryOrder`; answered with 204 when the story stands at its beginning
//                                 Refused orders: 4xx with a `GestureAnswer` whose `problem` is a sentence for the person.
//                                 Time stands still while nobody listens to events.
// GET  /sandbox/files/:id?as=U0ANA   the bytes of a file that was uploaded to a channel that `as` sees

/** Everything that the page shows, cut into parts that change by themselves. */
export interface Sections {
  readonly clock: ClockSection;
  readonly stories: StoriesSection;
  readonly workspace: WorkspaceSection;
  readonly people: readonly PagePerson[];
  readonly channels: readonly PageChannel[];
  readonly messages: Readonly<Record<string, readonly PageMessage[]>>;
  /** The modals on the screen, root first. */
  readonly modals: readonly PageView[];
  readonly home: PageView | null;
  readonly truth: TruthSection;
  /** Every `/keys` subcommand, for the composer's completion. */
  readonly commands: readonly PageCommand[];
}

/** One section, whole. Of `messages` only the channels that have changed come; the others stay as they are. */
export type SectionNews = {
  readonly [Name in keyof Sections]: { readonly section: Name; readonly value: Sections[Name] };
}[keyof Sections];

/** How many times faster than real; 0 stands still. */
export type Speed = 0 | 1 | 60 | 600;

export interface ClockSection {
  /** Simulated time. */
  readonly now: number;
  /** What was chosen. */
  readonly speed: Speed;
  /** What goes on now: 1 while somebody has a modal open or a click is in flight. */
  readonly pace: Speed;
  /** While the clock runs to the next thing that somebody can see. */
  readonly isSeeking: boolean;
  /** The story has come to its end. */
  readonly hasEnded: boolean;
  /** The sandbox itself has failed: nothing goes on, and its terminal says why. */
  readonly hasFailed: boolean;
}

export interface WorkspaceSection {
  readonly name: string;
  /** User groups, by the id that a mention has. */
  readonly groups: readonly { readonly id: string; readonly handle: string }[];
}

export interface StoriesSection {
  /** The one that plays; null while one is being set up. */
  readonly playing: string | null;
  readonly all: readonly PageStory[];
}

export interface PageStory {
  readonly id: string;
  readonly title: string;
  /** One line: what to look at and what to try. */
  readonly watchFor: string;
}

export interface PagePerson {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly isBot: boolean;
  /** Who can be taken on in "Who am I", and as what; null: not offered. */
  readonly part: { readonly title: string; readonly hint: string } | null;
  readonly isDeactivated: boolean;
}

export interface PageChannel {
  readonly id: string;
  /** Without the number sign; of a direct channel, the bot's name. */
  readonly name: string;
  readonly kind: 'public' | 'private' | 'direct';
  readonly isArchived: boolean;
  /** Whether this person may write and type commands here. */
  readonly isMember: boolean;
  /** What called this person here, oldest first: mention, group or direct message. The page rings and counts. */
  readonly calls: readonly { readonly ts: string; readonly at: number }[];
}

export interface PageMessage {
  readonly ts: string;
  readonly user: string;
  readonly at: number;
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly attachments: readonly JsonObject[];
  /** Its root's ts, for a reply. */
  readonly threadTs: string | null;
  readonly isEdited: boolean;
  /** Only this person sees it. */
  readonly isEphemeral: boolean;
  readonly isDeleted: boolean;
  readonly files: readonly PageFile[];
}

export interface PageFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  readonly size: number;
}

/** A modal or the Home tab: what the app sent, with block ids filled in. */
export interface PageView {
  readonly id: string;
  /** Changes with every update. */
  readonly hash: string;
  readonly body: JsonObject;
  /** `state.values`, by block id and action id. */
  readonly values: JsonObject;
}

export interface PageCommand {
  /** Such as `stale`. */
  readonly name: string;
  /** Such as `[days]`; may be empty. */
  readonly usage: string;
  readonly summary: string;
}

/** What is true outside Slack. */
export interface TruthSection {
  /** What each key burned, in buckets that end at these instants; newest last, two days at most. */
  readonly chart: { readonly bucketMs: number; readonly endsAt: readonly number[] };
  readonly keys: readonly TrueKey[];
  /** What the bot asked of the providers and Slack, newest first. */
  readonly calls: readonly TrueCall[];
}

export interface TrueKey {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly provider: string;
  readonly scope: string;
  /** As the provider has it: active, inactive, archived, expired, deleted. */
  readonly state: string;
  /** Somebody stole it, and when; null for an honest key. */
  readonly stolenAt: number | null;
  /** Spent in each bucket of the chart. */
  readonly spentMicroUsd: readonly number[];
  readonly spentTodayMicroUsd: number;
  /** Since the theft began; 0 for an honest key. */
  readonly stolenMicroUsd: number;
}

export interface TrueCall {
  readonly at: number;
  readonly to: 'slack' | 'openai' | 'anthropic';
  /** Such as `chat.postMessage` or `POST /v1/organizations/api_keys/…`. */
  readonly what: string;
  readonly ok: boolean;
  /** May have changed something there; the others only read. */
  readonly isChange: boolean;
}

/** What a person enters: a text, an option's value, several of them, or nothing. */
export type PageEntry = string | number | readonly string[] | null;

export type Gesture = { readonly as: string } & (
  | { readonly kind: 'command'; readonly channel: string; readonly line: string }
  | { readonly kind: 'say'; readonly channel: string; readonly text: string; readonly threadTs?: string }
  | { readonly kind: 'open-home' }
  | ({ readonly kind: 'click' } & PageTarget)
  | {
      readonly kind: 'submit';
      readonly viewId: string;
      readonly entries: Readonly<Record<string, Readonly<Record<string, PageEntry>>>>;
    }
  | { readonly kind: 'close'; readonly viewId: string; readonly all: boolean }
);

/** An element of a message, of a modal or of the Home tab. */
export interface PageTarget {
  readonly channel?: string;
  readonly ts?: string;
  readonly viewId?: string;
  readonly home?: true;
  readonly blockId: string;
  readonly actionId: string;
  /** Of menus and inputs that act at once: what was chosen. */
  readonly option?: PageEntry;
}

export interface GestureAnswer {
  /** False: the page shows `problem`, as Slack's client would. */
  readonly ok: boolean;
  /** By block id: what stands under the inputs of the form. */
  readonly errors?: Readonly<Record<string, string>>;
  readonly problem?: string;
}

export type TimeOrder = { readonly speed: Speed } | { readonly seek: true };

export interface StoryOrder {
  readonly id: string;
}
