const PATHS = {
  bell: 'M4 11V7a4 4 0 0 1 8 0v4l1.5 1.5h-11zM6.5 14a1.6 1.6 0 0 0 3 0',
  sound: 'M2 6h2.5L8 3v10L4.5 10H2zM10.5 5.5a3.5 3.5 0 0 1 0 5M12.5 3.5a6.4 6.4 0 0 1 0 9',
  mute: 'M2 6h2.5L8 3v10L4.5 10H2zM10.5 6l4 4M14.5 6l-4 4',
  next: 'M3 3l7 5-7 5zM12.5 3v10',
  pause: 'M5 3v10M11 3v10',
  key: 'M8.2 8.6A3.2 3.2 0 1 1 8.2 7.4H14M11 7.4V10M13.6 7.4V9.4',
  eye: 'M1.5 8s2.4-4 6.5-4 6.5 4 6.5 4-2.4 4-6.5 4-6.5-4-6.5-4zM8 6.4a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2z',
  home: 'M2.5 7.5L8 3l5.5 4.5V13h-4V9.5h-3V13h-4z',
  close: 'M4 4l8 8M12 4l-8 8',
  send: 'M2.5 3l11 5-11 5 1.8-5zM4.3 8H13',
  dots: 'M8 3.2v.1M8 8v.1M8 12.8v.1',
  down: 'M4 6.5L8 10.5l4-4',
  chat: 'M2.5 3h11v8H8l-3 2.5V11H2.5z',
} as const;

/** Drawn here, not taken from a font: not every machine has one with pictures. It never stands for words. */
export function Icon({ name, size = 16 }: { name: keyof typeof PATHS; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      className="ks-drawn"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'dots' ? 2.6 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
