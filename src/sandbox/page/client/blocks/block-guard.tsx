import { Component, type ReactNode } from 'react';
import type { JsonObject } from '../../../slack/json.ts';
import { UnknownBlock } from './unknown-block.tsx';

/** A block that cannot be drawn shows its words, and takes nothing else of the page with it. */
export class BlockGuard extends Component<{ block: JsonObject; children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? <UnknownBlock block={this.props.block} /> : this.props.children;
  }
}
