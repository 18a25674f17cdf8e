/** States by shape, so that they are told apart without colour. */
export type Shape = 'good' | 'warn' | 'bad' | 'off' | 'trial' | 'busy';

const DRAWN: Readonly<Record<Shape, string>> = {
  good: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.6 5.2-4.3 4.6a.9.9 0 0 1-1.3 0L4.4 9.1a.9.9 0 0 1 1.3-1.2l1 1 3.6-3.9a.9.9 0 0 1 1.3 1.2Z',
  warn: 'M7.1 1.6a1 1 0 0 1 1.8 0l6.4 12a1 1 0 0 1-.9 1.4H1.6a1 1 0 0 1-.9-1.4l6.4-12ZM8 5.5a.9.9 0 0 0-.9 1l.3 3.4a.6.6 0 0 0 1.2 0l.3-3.4a.9.9 0 0 0-.9-1Zm0 6a.95.95 0 1 0 0 1.9.95.95 0 0 0 0-1.9Z',
  bad: 'M5 1h6l4 4v6l-4 4H5l-4-4V5l4-4Zm.9 3.9a.7.7 0 0 0-1 1L7 8l-2.1 2.1a.7.7 0 0 0 1 1L8 9l2.1 2.1a.7.7 0 0 0 1-1L9 8l2.1-2.1a.7.7 0 0 0-1-1L8 7 5.9 4.9Z',
  off: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 8 2.8Zm-2.6 4.3v1.800h5.200V7.100H5.400Z',
  trial: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.8v10.4A5.2 5.2 0 0 1 8 2.8Z',
  busy: 'M2 6.6h2.8v2.8H2Zm4.6 0h2.8v2.8H6.6Zm4.6 0H14v2.8h-2.8Z',
};

interface MarkProps {
  readonly shape: Shape;
}

/** Stands beside its text, never for it. */
export const Mark = ({ shape }: MarkProps) => (
  <svg class={['mark', shape]} viewBox="0 0 16 16" aria-hidden="true">
    <path d={DRAWN[shape]} fill-rule="evenodd" />
  </svg>
);
