import type { WebClient } from '@slack/web-api';
import type { PolicySetting } from '../domain/policy.ts';
import type { Deps } from '../services/deps.ts';
import type { Locale } from './views/text.ts';

/** Who does something, and where they belong. */
export interface Gesture {
  readonly userId: string;
  readonly teamId: string;
}

/** Who we are in this workspace, from auth.test and bots.info. */
export interface Identity {
  readonly teamId: string;
  readonly botUserId: string;
  readonly botId: string;
  /** `https://acme.slack.com/`, for links to messages; null where Slack did not say. */
  readonly workspaceUrl: string | null;
  /** Null: Slack does not say. */
  readonly appId: string | null;
  /** Null: the workspace is in no enterprise. */
  readonly enterpriseId: string | null;
}

/** The headings of help, in its order. */
export const COMMAND_GROUPS = { look: 'Look', own: 'Say what is what', act: 'Act', help: 'Help' } as const;
export type CommandGroup = keyof typeof COMMAND_GROUPS;

/** What help says of a subcommand. */
export interface SubcommandText {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly group?: CommandGroup;
  readonly forOwners?: true;
}

/** The Home tab as listeners use it: what it shows is published when it is opened and after changes. */
export interface Home {
  /** `shownHash`: of the view that Slack shows now; null where there is none. */
  opened(gesture: Gesture, shownHash: string | null): Promise<void>;
  /** Shows another page of the person's own keys. */
  turnTo(gesture: Gesture, page: number): Promise<void>;
}

/** What every listener gets. */
export interface SlackContext {
  readonly deps: Deps;
  readonly client: WebClient;
  readonly identity: Identity;
  readonly locale: Locale;
  readonly home: Home;
  /** For help. */
  readonly subcommands: readonly SubcommandText[];
  /** Safe lines about addresses and rights for `/keys status`. */
  readonly configLines: readonly string[];
  /** The policy line by line, for admins. */
  readonly policySettings: readonly PolicySetting[];
}
