import type { Toast } from '../hooks/use-toasts.ts';
import { Icon } from './icon.tsx';

interface ToastsProps {
  readonly toasts: readonly Toast[];
  readonly onDrop: (id: number) => void;
  readonly onGo: (channel: string) => void;
}

export function Toasts({ toasts, onDrop, onGo }: ToastsProps) {
  return (
    <div className="ks-toasts" role="status" aria-live="polite">
      {toasts.map(({ id, kind, text, channel }) => (
        <div key={id} className={`ks-toast ks-toast-${kind}`}>
          <span>{text}</span>
          {channel !== undefined && (
            <button
              type="button"
              onClick={() => {
                onDrop(id);
                onGo(channel);
              }}
            >
              Show
            </button>
          )}
          <button type="button" aria-label="Dismiss" onClick={() => onDrop(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
